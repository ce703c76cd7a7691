package dev.millrace.contracts;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A subscriber of a subtree that records every call as one line, and then runs a reaction. */
final class RecordingSubtreeSubscriber implements SubtreeSubscriber {
    private final Consumer<Event> reaction;
    private final List<String> calls = new ArrayList<>();
    private final Map<StreamPath, String> incarnations = new HashMap<>();
    private boolean ended;
    private @Nullable Throwable failure;

    RecordingSubtreeSubscriber() {
        this(event -> {});
    }

    RecordingSubtreeSubscriber(Consumer<Event> reaction) {
        this.reaction = reaction;
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** The calls after the first {@code caught up}. */
    synchronized List<String> liveCalls() {
        return List.copyOf(calls.subList(calls.indexOf("caught up") + 1, calls.size()));
    }

    synchronized @Nullable String incarnation(StreamPath path) {
        return incarnations.get(path);
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
    public synchronized void onConnected(Duration gap) {
        calls.add("connected");
    }

    @Override
    public synchronized void onStream(StreamPath path, ConnectionInfo connected) {
        calls.add(path + "=" + connected.watermark());
        incarnations.put(path, connected.incarnation());
    }

    @Override
    public void onEvent(Event event) {
        synchronized (this) {
            calls.add(event.path() + "@" + event.offset());
        }
        reaction.accept(event);
    }

    @Override
    public synchronized void onDestroyed(StreamPath path) {
        calls.add(path + " destroyed");
    }

    @Override
    public synchronized void onCaughtUp() {
        calls.add("caught up");
    }

    @Override
    public synchronized void onDisconnected(Throwable cause) {
        calls.add("disconnected");
    }

    @Override
    public synchronized void onEnd(@Nullable Throwable cause) {
        ended = true;
        failure = cause;
    }
}
