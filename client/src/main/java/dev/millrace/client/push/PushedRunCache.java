package dev.millrace.client.push;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The runs of the streams that were pushed lately: never more than so many. Safe for use by many threads. */
final class PushedRunCache<S> {
    private static final Duration PARTING = Duration.ofSeconds(1);

    private final PushSettings<S> settings;
    private final Map<StreamPath, PushedRun<S>> runs = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    PushedRunCache(PushSettings<S> settings) {
        this.settings = settings;
    }

    /** How many there are. */
    synchronized int size() {
        return runs.size();
    }

    /**
     * What {@link #enter} found.
     *
     * @param entered whether the run is the stream's, and stays until {@link #exit}; otherwise it has to be gone first
     */
    record Entry<S>(PushedRun<S> run, boolean entered) {}

    /** Whether a stream has a run. */
    synchronized boolean has(StreamPath path) {
        return runs.containsKey(path);
    }

    /**
     * Enters the run of a stream, which is begun if there is none.
     *
     * @param offset the event that was pushed
     * @throws RejectedDeliveryException 503 when there is no room, or this is closed
     */
    synchronized Entry<S> enter(StreamPath path, long offset) {
        if (closed) {
            throw new RejectedDeliveryException(503, "this receiver is closed");
        }
        PushedRun<S> run = runs.get(path);
        if (run == null) {
            if (runs.size() >= settings.maxStreams()) {
                return new Entry<>(makeRoom(), false);
            }
            run = new PushedRun<>(settings, path, offset);
            runs.put(path, run);
            watch(run);
        }
        boolean entered = !run.isLeaving();
        if (entered) {
            run.enter();
        }
        return new Entry<>(run, entered);
    }

    /** Lets go of the run that was used longest ago and that nobody misses, unless one is going anyway. */
    private PushedRun<S> makeRoom() {
        for (PushedRun<S> run : runs.values()) {
            if (run.isLeaving()) {
                return run;
            }
            if (run.isFree()) {
                letGo(run);
                return run;
            }
        }
        throw new RejectedDeliveryException(
                503, "all " + settings.maxStreams() + " streams that this receiver runs at once are busy; try again");
    }

    /** The delivery is over. */
    synchronized void exit(PushedRun<S> run) {
        run.exit();
    }

    /** Stops a run, whoever uses it; the next delivery of its stream begins another one. */
    synchronized void letGo(PushedRun<S> run) {
        if (!run.isLeaving()) {
            run.leave();
            ProcessorRunner.sharedThreads().execute(() -> part(run, PARTING));
        }
    }

    private void part(PushedRun<S> run, Duration deadline) {
        run.gone().thenRun(() -> remove(run));
        run.stop(deadline);
    }

    private synchronized void remove(PushedRun<S> run) {
        runs.remove(run.path(), run);
    }

    private void watch(PushedRun<S> run) {
        settings.timers()
                .after(
                        settings.idleAfter(),
                        () -> ProcessorRunner.sharedThreads().execute(() -> look(run)));
    }

    private void look(PushedRun<S> run) {
        synchronized (this) {
            if (run.isLeaving()) {
                return;
            }
            if (run.isIdleSince(settings.timers().now().minus(settings.idleAfter()))) {
                letGo(run);
                return;
            }
        }
        watch(run);
    }

    /** Stops them all; completes when that is done. */
    CompletableFuture<Void> close(Duration deadline) {
        List<PushedRun<S>> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(runs.values());
            all.forEach(PushedRun::leave);
        }
        return CompletableFuture.allOf(all.stream()
                .map(run -> CompletableFuture.runAsync(() -> part(run, deadline), ProcessorRunner.sharedThreads()))
                .toArray(CompletableFuture<?>[]::new));
    }
}
