package dev.millrace.engine.internal.tail;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscriber;
import dev.millrace.engine.RecordSink;
import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A sink that calls a {@link Subscriber} on the callback thread; as long as a call blocks, nothing is read. */
public final class SubscriberSink implements RecordSink {
    private final Subscriber subscriber;
    private final BooleanSupplier ended;
    private boolean isConnected;

    public SubscriberSink(Subscriber subscriber, BooleanSupplier ended) {
        this.subscriber = subscriber;
        this.ended = ended;
    }

    @Override
    public void onConnected(ConnectionInfo connected) {
        isConnected = true;
        subscriber.onConnected(connected);
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

    /** As {@link #onRecords}, for records that this engine has just stored: all subscribers get the same events. */
    CompletionStage<Void> onRecent(List<RecentRecord> page) {
        for (RecentRecord recent : page) {
            if (ended.getAsBoolean()) {
                break;
            }
            subscriber.onEvent(recent.event());
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onCaughtUp(long watermark) {
        subscriber.onCaughtUp(watermark);
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
