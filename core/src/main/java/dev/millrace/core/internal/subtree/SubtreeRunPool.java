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
    private final RunSlots<S> places;
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
            RunSlots<S> places,
            EventStreams streams,
            Processor<S> processor,
            RunnerOptions options,
            Consumer<SubtreeStream<S>> settled,
            Runnable changed) {
        this.lock = lock;
        this.members = members;
        this.places = places;
        this.streams = new SubtreeMemberStreams(streams, this::subscribe);
        this.processor = processor;
        this.options = options;
        this.settled = settled;
        this.changed = changed;
    }

    // ---- called with the lock

    void wake(SubtreeStream<S> member, boolean isUrgent) {
        if (member.course == SubtreeStream.Course.PARKED) {
            places.queue(member, isUrgent);
        }
    }

    /** Stops the run of an old incarnation; the next run starts after it has stopped. */
    void retire(SubtreeStream<S> member, List<Runnable> after) {
        ProcessorRun<S> run = member.run;
        if (member.tail != null) {
            member.tail.close();
            member.tail = null;
        }
        if (member.course == SubtreeStream.Course.ACTIVE && run != null) {
            member.course = SubtreeStream.Course.LEAVING;
            places.markBusy(member);
            after.add(() -> options.executor().execute(() -> stopAndPark(member, run)));
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
            SubtreeStream<S> member = closing ? null : places.take();
            if (member == null) {
                return null;
            }
            if (member.course == SubtreeStream.Course.LEAVING) {
                return () -> options.executor().execute(() -> parkIfIdle(member));
            }
            int incarnations = member.incarnations;
            member.incarnationsAtStart = incarnations;
            member.isDue = false;
            member.failed = null;
            return () -> startRun(member, incarnations);
        }
    }

    private void startRun(SubtreeStream<S> member, int incarnations) {
        ProcessorRun<S> run;
        try {
            run = new ProcessorRun<>(streams, processor, member.path, options);
        } catch (RuntimeException | Error thrown) { // thrown by the processor's initialState
            startFailed(member, thrown);
            return;
        }
        synchronized (lock) {
            if (closing || member.incarnations != incarnations) {
                release(member, SubtreeStream.Course.PARKED);
                removeOrRequeue(member);
                return;
            }
            member.run = run;
        }
        var unused = run.ended().thenAccept(status -> endedByItself(member, run, status));
        options.executor().execute(run::start); // may block to read a snapshot
    }

    private void startFailed(SubtreeStream<S> member, Throwable thrown) {
        String what = "'" + processor.slug() + "' could not start on " + member.path + ": "
                + FailureEvents.describe(thrown) + "; it is started again at the next event";
        LOG.log(Level.ERROR, what, thrown);
        synchronized (lock) {
            release(member, SubtreeStream.Course.PARKED);
            member.failed = new RunnerStatus(RunnerStatus.Phase.STOPPED, member.head, 0, 0, 0, Optional.of(what));
            if (member.incarnations != member.incarnationsAtStart) {
                removeOrRequeue(member);
            }
        }
        settled.accept(member);
    }

    /** The stream has no run any more: removes or queues it. */
    private void removeOrRequeue(SubtreeStream<S> member) {
        if (member.isGone) {
            members.remove(member.path);
        } else if (member.hasNews() && !closing) {
            wake(member, true);
        }
    }

    private Subscription subscribe(StreamPath path, long after, Subscriber subscriber) {
        PagedTail tail;
        synchronized (lock) {
            SubtreeStream<S> member = members.get(path);
            if (member == null || member.isGone || member.incarnationsAtStart != member.incarnations) {
                return () -> {}; // its run will be stopped
            }
            long watermark = member.tail == null ? member.baseline : Math.max(after, member.head);
            tail = new PagedTail(
                    new TailSurroundings(member),
                    range -> reads.submit(() -> streams.read(path, range)),
                    subscriber,
                    new ConnectionInfo(member.incarnation, watermark, Duration.ZERO),
                    after,
                    member.head);
            member.tail = tail;
        }
        tail.wake();
        return tail;
    }

    private final class TailSurroundings implements PagedTail.Surroundings {
        private final SubtreeStream<S> member;

        TailSurroundings(SubtreeStream<S> member) {
            this.member = member;
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
            settled.accept(member);
            changed.run();
        }

        @Override
        public void atHead() {
            watch(member);
        }
    }

    /** Watches until the run of a stream is idle. */
    void watch(SubtreeStream<S> member) {
        ProcessorRun<S> run;
        synchronized (lock) {
            run = member.run;
            if (run == null || member.isWatched || member.course != SubtreeStream.Course.ACTIVE) {
                return;
            }
            member.isWatched = true;
        }
        var unused = run.when(run::isIdle).whenComplete((idle, over) -> {
            boolean again;
            boolean armed = false;
            synchronized (lock) {
                member.isWatched = false;
                boolean rests = over == null && member.run == run && member.tail != null && member.tail.isAtHead();
                again = rests && !run.isIdle(); // an event was delivered meanwhile
                if (rests && !again) {
                    armed = run.status().waiting() > 0;
                    if (armed) {
                        places.markArmed(member);
                    } else {
                        places.markIdle(member);
                    }
                }
            }
            if (again) {
                watch(member);
            }
            if (armed) {
                watchTimers(member, run);
            }
            schedule();
        });
    }

    /** Watches until a timer of a run fires, or is cancelled. */
    private void watchTimers(SubtreeStream<S> member, ProcessorRun<S> run) {
        var unused = run.when(() -> !run.isIdle() || run.status().waiting() == 0)
                .whenComplete((fired, over) -> {
                    synchronized (lock) {
                        if (member.run == run) {
                            places.markBusy(member);
                        }
                    }
                    watch(member);
                });
    }

    private static boolean isIdle(ProcessorRun<?> run) {
        return run.isIdle() && run.status().waiting() == 0;
    }

    /** Stops a run if it is still idle. */
    private void parkIfIdle(SubtreeStream<S> member) {
        ProcessorRun<S> run;
        PagedTail tail;
        boolean isOver;
        synchronized (lock) {
            run = member.run;
            tail = member.tail;
            isOver = member.incarnations != member.incarnationsAtStart;
        }
        if (run == null) {
            return;
        }
        boolean rests = tail != null && tail.trySuspend();
        if (isOver || (rests && isIdle(run))) {
            stopAndPark(member, run);
            return;
        }
        boolean stays;
        synchronized (lock) {
            stays = member.incarnations == member.incarnationsAtStart;
            if (stays) {
                places.keep(member);
            }
        }
        if (rests && tail != null) {
            tail.resume();
        }
        if (stays) {
            watch(member);
        } else {
            stopAndPark(member, run);
        }
    }

    /** Stops a run that is idle or belongs to an old incarnation. */
    private void stopAndPark(SubtreeStream<S> member, ProcessorRun<S> run) {
        run.stop(Duration.ZERO);
        synchronized (lock) {
            if (member.run != run) {
                return;
            }
            if (member.incarnations == member.incarnationsAtStart) {
                member.baseline = Math.max(member.baseline, run.acknowledgedThrough());
            }
            release(member, SubtreeStream.Course.PARKED);
            removeOrRequeue(member);
        }
        schedule();
    }

    private void release(SubtreeStream<S> member, SubtreeStream.Course next) {
        places.release(member, next);
        member.run = null;
        member.tail = null;
    }

    private void endedByItself(SubtreeStream<S> member, ProcessorRun<S> run, RunnerStatus status) {
        synchronized (lock) {
            if (closing || member.run != run || member.course != SubtreeStream.Course.ACTIVE) {
                return; // it was stopped by this pool
            }
            release(
                    member,
                    status.phase() == RunnerStatus.Phase.HALTED
                            ? SubtreeStream.Course.HALTED
                            : SubtreeStream.Course.PARKED);
            member.failed = status;
            member.baseline = Math.max(member.baseline, status.acknowledgedThrough());
        }
        options.executor().execute(() -> run.stop(Duration.ZERO));
        settled.accept(member);
        schedule();
    }

    void stop(Duration deadline) {
        long end = System.nanoTime() + Math.min(BoundedAwait.nanos(deadline), Long.MAX_VALUE / 4);
        List<ProcessorRun<S>> runs = new ArrayList<>();
        synchronized (lock) {
            closing = true;
            for (SubtreeStream<S> member : members.values()) {
                if (member.tail != null) {
                    member.tail.close();
                }
                if (member.run != null) {
                    runs.add(member.run);
                }
            }
        }
        runs.forEach(run -> run.stop(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    }
}
