package dev.millrace.engine.internal.tail;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.engine.SubtreeSink;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A sink that calls a {@link SubtreeSubscriber} on the callback thread; as long as a call blocks, nothing is read. */
public final class SubtreeSubscriberSink implements SubtreeSink {
    private final SubtreeSubscriber subscriber;
    private final BooleanSupplier ended;
    private boolean isConnected;
    private Duration gap = Duration.ZERO;

    public SubtreeSubscriberSink(SubtreeSubscriber subscriber, BooleanSupplier ended) {
        this.subscriber = subscriber;
        this.ended = ended;
    }

    @Override
    public void onConnected(ConnectionInfo connected) {
        isConnected = true;
        gap = connected.gap();
        subscriber.onConnected(connected.gap());
    }

    @Override
    public CompletionStage<Void> onStandings(List<EventStore.Standing> page) {
        for (EventStore.Standing standing : page) {
            if (ended.getAsBoolean()) {
                break;
            }
            StreamHead head = standing.head();
            subscriber.onStream(standing.path(), new ConnectionInfo(head.incarnation(), head.lastOffset(), gap));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> onRecords(List<EventRecord> page) {
        for (EventRecord record : page) {
            if (ended.getAsBoolean()) {
                break;
            }
            subscriber.onEvent(JsonCodec.readEvent(record.json()));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onDestroyed(StreamPath path) {
        subscriber.onDestroyed(path);
    }

    @Override
    public void onCaughtUp(long position) {
        subscriber.onCaughtUp();
    }

    @Override
    public boolean onLost(StreamException failure) {
        if (isConnected) {
            isConnected = false;
            subscriber.onDisconnected(failure);
        }
        return true;
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        subscriber.onEnd(failure);
    }
}
