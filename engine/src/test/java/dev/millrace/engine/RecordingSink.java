package dev.millrace.engine;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.engine.spi.EventRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A sink that records every call as one line, and checks that calls do not overlap. */
public final class RecordingSink implements RecordSink {
    private final AtomicInteger inside = new AtomicInteger();
    private final List<String> calls = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private final List<Integer> pageSizes = new ArrayList<>();
    private CompletionStage<Void> stage = CompletableFuture.completedFuture(null);
    private @Nullable ConnectionInfo connected;
    private @Nullable Throwable failure;
    private boolean beginsAnew;

    /** Lets the tail begin with offset 1 if the stream is too short. */
    synchronized void beginAnew() {
        beginsAnew = true;
    }

    /** Sets the stage that is returned for the next pages. */
    public synchronized void answerWith(CompletionStage<Void> next) {
        stage = next;
    }

    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized List<Long> offsets() {
        return List.copyOf(offsets);
    }

    synchronized List<Integer> pageSizes() {
        return List.copyOf(pageSizes);
    }

    synchronized Optional<ConnectionInfo> connected() {
        return Optional.ofNullable(connected);
    }

    public synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    boolean hasEnded() {
        List<String> all = calls();
        return !all.isEmpty() && all.get(all.size() - 1).equals("end");
    }

    @Override
    public synchronized boolean onTooShort() {
        if (beginsAnew) {
            during("too short", () -> {});
        }
        return beginsAnew;
    }

    @Override
    public void onConnected(ConnectionInfo now) {
        during("connected " + now.watermark(), () -> connected = now);
    }

    @Override
    public CompletionStage<Void> onRecords(List<EventRecord> page) {
        during("", () -> {
            pageSizes.add(page.size());
            page.forEach(record -> offsets.add(record.offset()));
            page.forEach(record -> calls.add(String.valueOf(record.offset())));
        });
        synchronized (this) {
            return stage;
        }
    }

    @Override
    public void onCaughtUp(long watermark) {
        during("caught up " + watermark, () -> {});
    }

    @Override
    public void onEnd(@Nullable Throwable cause) {
        during("end", () -> failure = cause);
    }

    private void during(String call, Runnable work) {
        boolean alone = inside.incrementAndGet() == 1;
        synchronized (this) {
            work.run();
            if (!call.isEmpty() || !alone) {
                calls.add(alone ? call : call + " OVERLAPPING");
            }
        }
        inside.decrementAndGet();
    }
}
