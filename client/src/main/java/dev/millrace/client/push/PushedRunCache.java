package dev.millrace.client.push;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The runs of the streams with recent deliveries; their number is limited. Thread-safe. */
final class PushedRunCache<S> {
    private static final Duration PARTING = Duration.ofSeconds(1);

    private final PushReceiverSettings<S> settings;
    private final Map<StreamPath, PushedRun<S>> runs = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    PushedRunCache(PushReceiverSettings<S> settings) {
        this.settings = settings;
    }

    synchronized int size() {
        return runs.size();
    }

    /** A run that was entered and can be used until {@link #exit}, or one that must be gone before the next try. */
    record Entry<S>(PushedRun<S> run, boolean entered) {}

    synchronized boolean has(StreamPath path) {
        return runs.containsKey(path);
    }

    /** Enters the run of a stream; starts one if there is none. Throws a 503 if all are busy, or this is closed. */
    synchronized Entry<S> enter(StreamPath path, long offset) {
        if (closed) {
            throw new RejectedDeliveryException(503, "this receiver is closed; deliver it again after the restart");
        }
        PushedRun<S> run = runs.get(path);
        if (run == null) {
            if (runs.size() >= settings.maxStreams()) {
                return new Entry<>(makeRoom(), false);
            }
            run = new PushedRun<>(settings, path, offset);
            runs.put(path, run);
            checkLater(run);
        }
        boolean entered = !run.isStopping();
        if (entered) {
            run.enter();
        }
        return new Entry<>(run, entered);
    }

    /** Stops the least recently used idle run, if no other run is stopping already. */
    private PushedRun<S> makeRoom() {
        for (PushedRun<S> run : runs.values()) {
            if (run.isStopping()) {
                return run;
            }
            if (run.isIdle()) {
                stopLater(run);
                return run;
            }
        }
        throw new RejectedDeliveryException(
                503,
                "all " + settings.maxStreams() + " streams that this receiver runs at once are busy; deliver it again,"
                        + " or raise maxStreams");
    }

    /** Called when a delivery has been answered. */
    synchronized void exit(PushedRun<S> run) {
        run.release();
    }

    /** Stops a run, even if it is in use; the next delivery of its stream starts another one. */
    synchronized void stopLater(PushedRun<S> run) {
        if (!run.isStopping()) {
            run.markStopping();
            ProcessorRunner.sharedThreads().execute(() -> stop(run, PARTING));
        }
    }

    private void stop(PushedRun<S> run, Duration deadline) {
        var unused = run.stopped().thenRun(() -> remove(run));
        run.stop(deadline);
    }

    private synchronized void remove(PushedRun<S> run) {
        runs.remove(run.path(), run);
    }

    private void checkLater(PushedRun<S> run) {
        settings.timers()
                .after(
                        settings.idleAfter(),
                        () -> ProcessorRunner.sharedThreads().execute(() -> stopIfIdle(run)));
    }

    private void stopIfIdle(PushedRun<S> run) {
        synchronized (this) {
            if (run.isStopping()) {
                return;
            }
            if (run.isIdleFor(settings.idleAfter())) {
                stopLater(run);
                return;
            }
        }
        checkLater(run);
    }

    /** Stops all runs; completes when they have stopped. */
    CompletableFuture<Void> close(Duration deadline) {
        List<PushedRun<S>> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(runs.values());
            all.forEach(PushedRun::markStopping);
        }
        return CompletableFuture.allOf(all.stream()
                .map(run -> CompletableFuture.runAsync(() -> stop(run, deadline), ProcessorRunner.sharedThreads()))
                .toArray(CompletableFuture<?>[]::new));
    }
}
