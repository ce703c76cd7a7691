package dev.millrace.testkit.harness;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One subscription in a harness. All its work runs as steps of one lane of the {@link StepScheduler}. */
final class HarnessSubscription implements Subscription {
    private static final int LARGEST_BATCH = 16;
    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);

    private final HarnessNetwork network;
    private final RunScope runScope;
    private final StreamPath path;
    private final Subscriber subscriber;
    private long cursor;
    private String incarnation = "";
    private long watermark;
    private boolean connected;
    private boolean caughtUp;
    private boolean waking;
    private boolean over;
    private @Nullable Duration lostAt;

    HarnessSubscription(
            HarnessNetwork network, RunScope runScope, StreamPath path, long afterOffset, Subscriber subscriber) {
        this.network = network;
        this.runScope = runScope;
        this.path = path;
        this.cursor = afterOffset;
        this.subscriber = subscriber;
    }

    /** Connects in a step, unless the network is down then. */
    void connect(Duration gap) {
        step(() -> {
            if (over || connected || network.isDown()) {
                return;
            }
            StreamHead head;
            try {
                network.readable(path);
                head = network.touch(path);
            } catch (StreamException unread) {
                lost(unread);
                return;
            }
            if (!incarnation.isEmpty() && !incarnation.equals(head.incarnation())) {
                end(null);
                return;
            }
            connected = true;
            lostAt = null;
            caughtUp = false;
            incarnation = head.incarnation();
            watermark = head.lastOffset();
            subscriber.onConnected(new ConnectionInfo(incarnation, watermark, gap));
            wake();
        });
    }

    boolean isDead() {
        return !runScope.isOn();
    }

    void lose() {
        step(() -> {
            if (connected && !over && network.isDown()) {
                connected = false;
                subscriber.onDisconnected(new StreamException(
                        StreamException.Code.UNAVAILABLE, path, "the harness disconnected " + path));
            }
        });
    }

    /** Schedules a delivery; new events may be available. */
    void wake() {
        if (connected && !waking && !over) {
            waking = true;
            step(this::deliver);
        }
    }

    /** Handles a failed read: connects again after {@link #RECONNECT_DELAY}, if a retry makes sense. */
    private void lost(StreamException failure) {
        if (!failure.isRetryable()) {
            end(failure);
            return;
        }
        if (connected) {
            connected = false;
            lostAt = network.elapsed();
            subscriber.onDisconnected(failure);
        }
        network.later(RECONNECT_DELAY, () -> {
            Duration since = lostAt;
            connect(since == null ? Duration.ZERO : network.elapsed().minus(since));
        });
    }

    private void deliver() {
        waking = false;
        if (!connected || over || network.isDown()) {
            return;
        }
        List<EventRecord> batch;
        try {
            Optional<StreamHead> head = network.head(path);
            if (head.isEmpty() || !head.get().incarnation().equals(incarnation)) {
                end(null);
                return;
            }
            batch = network.read(path, cursor, 1 + network.steps().chance(LARGEST_BATCH));
        } catch (StreamException unread) {
            lost(unread);
            return;
        }
        for (EventRecord record : batch) {
            catchUp();
            cursor = record.offset();
            try {
                subscriber.onEvent(JsonCodec.readEvent(record.json()));
            } catch (RuntimeException | Error failure) {
                end(failure);
            }
            if (over) {
                return;
            }
        }
        catchUp();
        if (!batch.isEmpty()) {
            wake();
        }
    }

    private void catchUp() {
        if (!caughtUp && cursor >= watermark && !over) {
            caughtUp = true;
            subscriber.onCaughtUp(watermark);
        }
    }

    @Override
    public void close() {
        step(() -> end(null));
    }

    private void end(@Nullable Throwable failure) {
        if (!over) {
            over = true;
            network.forget(this);
            subscriber.onEnd(failure);
        }
    }

    private void step(Runnable action) {
        network.steps().add(this, runScope, action);
    }
}
