package dev.millrace.core.internal.subtree;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.append.ConcurrencyLimiter;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.PagedTail;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pool of the runs of a subtree. A stream with new events gets a {@link ProcessorRun} as soon as there is a slot.
 * When the run is idle and other streams wait, it is stopped, and only the {@link SubtreeStream} stays. Safe for use by
 * many threads; only {@link #stop} waits.
 */
final class SubtreeRunPool<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final int READS_AT_ONCE = 16;

    /** Guards the streams and the slots; not held while other code is called. */
    private final Object lock;

    private final Map<StreamPath, SubtreeStream<S>> members;
    private final RunSlots<S> runSlots;
    private final EventStreams streams;
    private final Processor<S> processor;
    private final RunnerOptions options;
    private final Consumer<SubtreeStream<S>> settled;
    private final Runnable changed;
    private final ConcurrencyLimiter reads = new ConcurrencyLimiter(READS_AT_ONCE);
    private boolean closing;

    /**
     * {@code settled} is called when a stream has caught up or ended before that, {@code changed} after each change.
     */
    SubtreeRunPool(
            Object lock,
            Map<StreamPath, SubtreeStream<S>> members,
            RunSlots<S> runSlots,
            EventStreams streams,
            Processor<S> processor,
            RunnerOptions options,
            Consumer<SubtreeStream<S>> settled,
            Runnable changed) {
        this.lock = lock;
        this.members = members;
        this.runSlots = runSlots;
        this.streams = new SubtreeMemberStreams(streams, this::subscribe);
        this.processor = processor;
        this.options = options;
        this.settled = settled;
        this.changed = changed;
    }

    // ---- called with the lock

    void wake(SubtreeStream<S> subtreeStream, boolean isUrgent) {
        if (subtreeStream.course == SubtreeStream.Course.SUSPENDED) {
            runSlots.queue(subtreeStream, isUrgent);
        }
    }

    /** Stops the run of an old incarnation; the next run starts after it has stopped. */
    void retire(SubtreeStream<S> subtreeStream, List<Runnable> after) {
        ProcessorRun<S> run = subtreeStream.run;
        if (subtreeStream.tail != null) {
            subtreeStream.tail.close();
            subtreeStream.tail = null;
        }
        if (subtreeStream.course == SubtreeStream.Course.ACTIVE && run != null) {
            subtreeStream.course = SubtreeStream.Course.LEAVING;
            runSlots.markBusy(subtreeStream);
            after.add(() -> options.executor().execute(() -> stopAndPark(subtreeStream, run)));
        }
    }

    /** Starts runs of waiting streams, and stops idle runs to make room. */
    void schedule() {
        for (Runnable next = takeNext(); next != null; next = takeNext()) {
            next.run();
        }
        changed.run();
    }

    private @Nullable Runnable takeNext() {
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = closing ? null : runSlots.take();
            if (subtreeStream == null) {
                return null;
            }
            if (subtreeStream.course == SubtreeStream.Course.LEAVING) {
                return () -> options.executor().execute(() -> parkIfIdle(subtreeStream));
            }
            int incarnations = subtreeStream.incarnations;
            subtreeStream.incarnationsAtStart = incarnations;
            subtreeStream.isDue = false;
            subtreeStream.failed = null;
            return () -> startRun(subtreeStream, incarnations);
        }
    }

    private void startRun(SubtreeStream<S> subtreeStream, int incarnations) {
        ProcessorRun<S> run;
        try {
            run = new ProcessorRun<>(streams, processor, subtreeStream.path, options);
        } catch (RuntimeException | Error thrown) { // thrown by the processor's initialState
            startFailed(subtreeStream, thrown);
            return;
        }
        synchronized (lock) {
            if (closing || subtreeStream.incarnations != incarnations) {
                release(subtreeStream, SubtreeStream.Course.SUSPENDED);
                removeOrRequeue(subtreeStream);
                return;
            }
            subtreeStream.run = run;
        }
        var unused = run.ended().thenAccept(status -> endedByItself(subtreeStream, run, status));
        options.executor().execute(run::start); // may block to read a snapshot
    }

    private void startFailed(SubtreeStream<S> subtreeStream, Throwable thrown) {
        String what = "'" + processor.slug() + "' could not start on " + subtreeStream.path + ": "
                + FailureEvents.describe(thrown) + "; it is started again at the next event";
        LOG.log(Level.ERROR, what, thrown);
        synchronized (lock) {
            release(subtreeStream, SubtreeStream.Course.SUSPENDED);
            subtreeStream.failed =
                    new RunnerStatus(RunnerStatus.Phase.STOPPED, subtreeStream.head, 0, 0, 0, Optional.of(what));
            if (subtreeStream.incarnations != subtreeStream.incarnationsAtStart) {
                removeOrRequeue(subtreeStream);
            }
        }
        settled.accept(subtreeStream);
    }

    /** The stream has no run any more: removes or queues it. */
    private void removeOrRequeue(SubtreeStream<S> subtreeStream) {
        if (subtreeStream.isGone) {
            members.remove(subtreeStream.path);
        } else if (subtreeStream.hasNews() && !closing) {
            wake(subtreeStream, true);
        }
    }

    private Subscription subscribe(StreamPath path, long after, Subscriber subscriber) {
        PagedTail tail;
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = members.get(path);
            if (subtreeStream == null
                    || subtreeStream.isGone
                    || subtreeStream.incarnationsAtStart != subtreeStream.incarnations) {
                return () -> {}; // its run will be stopped
            }
            long watermark = subtreeStream.tail == null ? subtreeStream.baseline : Math.max(after, subtreeStream.head);
            tail = new PagedTail(
                    new TailSurroundings(subtreeStream),
                    range -> reads.submit(() -> streams.read(path, range)),
                    subscriber,
                    new ConnectionInfo(subtreeStream.incarnation, watermark, Duration.ZERO),
                    after,
                    subtreeStream.head);
            subtreeStream.tail = tail;
        }
        tail.wake();
        return tail;
    }

    private final class TailSurroundings implements PagedTail.Surroundings {
        private final SubtreeStream<S> subtreeStream;

        TailSurroundings(SubtreeStream<S> subtreeStream) {
            this.subtreeStream = subtreeStream;
        }

        @Override
        public Executor executor() {
            return options.executor();
        }

        @Override
        public Timers timers() {
            return options.timers();
        }

        @Override
        public RandomGenerator random() {
            return options.random();
        }

        @Override
        public void caughtUp() {
            settled.accept(subtreeStream);
            changed.run();
        }

        @Override
        public void atHead() {
            watch(subtreeStream);
        }
    }

    /** Watches until the run of a stream is idle. */
    void watch(SubtreeStream<S> subtreeStream) {
        ProcessorRun<S> run;
        synchronized (lock) {
            run = subtreeStream.run;
            if (run == null || subtreeStream.isWatched || subtreeStream.course != SubtreeStream.Course.ACTIVE) {
                return;
            }
            subtreeStream.isWatched = true;
        }
        var unused = run.when(run::isIdle).whenComplete((idle, over) -> {
            boolean again;
            boolean armed = false;
            synchronized (lock) {
                subtreeStream.isWatched = false;
                boolean rests = over == null
                        && subtreeStream.run == run
                        && subtreeStream.tail != null
                        && subtreeStream.tail.isAtHead();
                again = rests && !run.isIdle(); // an event was delivered meanwhile
                if (rests && !again) {
                    armed = run.status().waiting() > 0;
                    if (armed) {
                        runSlots.markArmed(subtreeStream);
                    } else {
                        runSlots.markIdle(subtreeStream);
                    }
                }
            }
            if (again) {
                watch(subtreeStream);
            }
            if (armed) {
                watchTimers(subtreeStream, run);
            }
            schedule();
        });
    }

    /** Watches until a timer of a run fires, or is cancelled. */
    private void watchTimers(SubtreeStream<S> subtreeStream, ProcessorRun<S> run) {
        var unused = run.when(() -> !run.isIdle() || run.status().waiting() == 0)
                .whenComplete((fired, over) -> {
                    synchronized (lock) {
                        if (subtreeStream.run == run) {
                            runSlots.markBusy(subtreeStream);
                        }
                    }
                    watch(subtreeStream);
                });
    }

    private static boolean isIdle(ProcessorRun<?> run) {
        return run.isIdle() && run.status().waiting() == 0;
    }

    /** Stops a run if it is still idle. */
    private void parkIfIdle(SubtreeStream<S> subtreeStream) {
        ProcessorRun<S> run;
        PagedTail tail;
        boolean isOver;
        synchronized (lock) {
            run = subtreeStream.run;
            tail = subtreeStream.tail;
            isOver = subtreeStream.incarnations != subtreeStream.incarnationsAtStart;
        }
        if (run == null) {
            return;
        }
        boolean rests = tail != null && tail.trySuspend();
        if (isOver || (rests && isIdle(run))) {
            stopAndPark(subtreeStream, run);
            return;
        }
        boolean stays;
        synchronized (lock) {
            stays = subtreeStream.incarnations == subtreeStream.incarnationsAtStart;
            if (stays) {
                runSlots.keep(subtreeStream);
            }
        }
        if (rests && tail != null) {
            tail.resume();
        }
        if (stays) {
            watch(subtreeStream);
        } else {
            stopAndPark(subtreeStream, run);
        }
    }

    /** Stops a run that is idle or belongs to an old incarnation. */
    private void stopAndPark(SubtreeStream<S> subtreeStream, ProcessorRun<S> run) {
        run.stop(Duration.ZERO);
        synchronized (lock) {
            if (subtreeStream.run != run) {
                return;
            }
            if (subtreeStream.incarnations == subtreeStream.incarnationsAtStart) {
                subtreeStream.baseline = Math.max(subtreeStream.baseline, run.acknowledgedThrough());
            }
            release(subtreeStream, SubtreeStream.Course.SUSPENDED);
            removeOrRequeue(subtreeStream);
        }
        schedule();
    }

    private void release(SubtreeStream<S> subtreeStream, SubtreeStream.Course next) {
        runSlots.release(subtreeStream, next);
        subtreeStream.run = null;
        subtreeStream.tail = null;
    }

    private void endedByItself(SubtreeStream<S> subtreeStream, ProcessorRun<S> run, RunnerStatus status) {
        synchronized (lock) {
            if (closing || subtreeStream.run != run || subtreeStream.course != SubtreeStream.Course.ACTIVE) {
                return; // it was stopped by this pool
            }
            release(
                    subtreeStream,
                    status.phase() == RunnerStatus.Phase.HALTED
                            ? SubtreeStream.Course.HALTED
                            : SubtreeStream.Course.SUSPENDED);
            subtreeStream.failed = status;
            subtreeStream.baseline = Math.max(subtreeStream.baseline, status.acknowledgedThrough());
        }
        options.executor().execute(() -> run.stop(Duration.ZERO));
        settled.accept(subtreeStream);
        schedule();
    }

    void stop(Duration deadline) {
        long end = System.nanoTime() + Math.min(BoundedAwait.nanos(deadline), Long.MAX_VALUE / 4);
        List<ProcessorRun<S>> runs = new ArrayList<>();
        synchronized (lock) {
            closing = true;
            for (SubtreeStream<S> subtreeStream : members.values()) {
                if (subtreeStream.tail != null) {
                    subtreeStream.tail.close();
                }
                if (subtreeStream.run != null) {
                    runs.add(subtreeStream.run);
                }
            }
        }
        runs.forEach(run -> run.stop(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    }
}
