package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.Subscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A subscriber that records each call as a short text, and detects overlapping calls. */
class RecordingSubscriber implements Subscriber {
    final List<Throwable> causes = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private final AtomicInteger inside = new AtomicInteger();

    @Override
    public void onConnected(ConnectionInfo connected) {
        record("connected '" + connected.incarnation() + "' " + connected.watermark() + " gap "
                + connected.gap().toMillis());
    }

    @Override
    public void onEvent(Event event) {
        record("event " + event.offset());
    }

    @Override
    public void onCaughtUp(long watermark) {
        record("caught up " + watermark);
    }

    @Override
    public void onDisconnected(Throwable cause) {
        causes.add(cause);
        record("disconnected");
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        if (failure != null) {
            causes.add(failure);
        }
        record(failure == null ? "end" : "end " + failure.getClass().getSimpleName());
    }

    void record(String call) {
        if (inside.incrementAndGet() != 1) {
            calls.add("called at the same time as another: " + call);
        }
        calls.add(call);
        inside.decrementAndGet();
    }

    /** Waits for exactly these calls, in this order. */
    void expect(String... expected) throws InterruptedException {
        for (String call : expected) {
            assertThat(calls.poll(Sample.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .as("in %s", List.of(expected))
                    .isEqualTo(call);
        }
    }

    /** Waits for a call, and returns all calls up to it. */
    List<String> until(String last) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        while (!seen.contains(last)) {
            String call = calls.poll(Sample.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(call).as("waiting for '%s' after %s", last, seen).isNotNull();
            seen.add(String.valueOf(call));
        }
        return seen;
    }

    /** The calls that were not returned yet. */
    List<String> rest() {
        return List.copyOf(calls);
    }
}
