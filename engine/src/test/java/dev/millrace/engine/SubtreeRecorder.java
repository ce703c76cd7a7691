package dev.millrace.engine;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A sink that records every call as one line. */
final class SubtreeRecorder implements SubtreeSink {
    private final List<String> calls = new ArrayList<>();
    private CompletionStage<Void> stage = CompletableFuture.completedFuture(null);
    private int pages;
    private boolean ended;
    private @Nullable Throwable failure;

    /** Sets the stage that is returned for the next pages. */
    synchronized void answerWith(CompletionStage<Void> next) {
        stage = next;
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized int pages() {
        return pages;
    }

    boolean isCaughtUp() {
        return calls().contains("caught up");
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    synchronized @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public synchronized void onConnected(ConnectionInfo connected) {
        calls.add("connected");
    }

    @Override
    public synchronized CompletionStage<Void> onStandings(List<EventStore.Standing> page) {
        page.forEach(standing ->
                calls.add(standing.path() + " stands at " + standing.head().lastOffset()));
        return stage;
    }

    @Override
    public synchronized CompletionStage<Void> onRecords(List<EventRecord> page) {
        pages++;
        page.forEach(record ->
                calls.add(JsonCodec.parse(record.json()).path("streamPath").asText() + "@" + record.offset()));
        return stage;
    }

    @Override
    public synchronized void onDestroyed(StreamPath path) {
        calls.add(path + " destroyed");
    }

    @Override
    public synchronized void onCaughtUp(long position) {
        calls.add("caught up");
    }

    @Override
    public synchronized void onEnd(@Nullable Throwable cause) {
        ended = true;
        failure = cause;
    }
}
