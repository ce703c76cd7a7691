package dev.millrace.core.internal.subtree;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.StreamInitialization;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.PagedTail;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.SubtreeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a subtree, updated from the events of the connection. Safe for use by many threads; nothing here
 * waits.
 */
public final class SubtreeStreams<S> {
    private final RunnerOptions options;
    private final FirstAttachMarker mark;
    private final SubtreeRunPool<S> runs;

    /** Guards everything below and the streams; not held while other code is called. */
    private final Object lock = new Object();

    private final Map<StreamPath, SubtreeStream<S>> members = new HashMap<>();
    private final RunSlots<S> runSlots;
    private int connections;
    private boolean isListed;
    private int awaited;

    SubtreeStreams(
            EventStreams streams,
            Processor<S> processor,
            RunnerOptions options,
            int mostActive,
            FirstAttachMarker mark,
            Runnable changed) {
        this.options = options;
        this.runSlots = new RunSlots<>(mostActive);
        this.mark = mark;
        this.runs = new SubtreeRunPool<>(lock, members, runSlots, streams, processor, options, this::settled, changed);
    }

    /** Counts a new connection and returns its number. */
    int nextConnection() {
        synchronized (lock) {
            return ++connections;
        }
    }

    /** The connection with this number reports a stream. */
    void streamReported(StreamPath path, ConnectionInfo connected, int connection) {
        boolean isNew = !isKnown(path) && mark.isNew(path, connected.incarnation());
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = members.get(path);
            if (subtreeStream == null) {
                long baseline = isListed ? floor(0, connected) : isNew ? floorOfNew(connected) : connected.watermark();
                subtreeStream = new SubtreeStream<>(path, connected.incarnation(), connected.watermark(), baseline);
                subtreeStream.isDue = true;
                members.put(path, subtreeStream);
                if (!isListed) {
                    subtreeStream.isAwaited = true;
                    awaited++;
                }
                runs.wake(subtreeStream, isListed);
            } else if (subtreeStream.isGone || !subtreeStream.incarnation.equals(connected.incarnation())) {
                beginAnew(subtreeStream, connected.incarnation(), connected.watermark(), floor(0, connected), after);
                subtreeStream.isDue = true;
                runs.wake(subtreeStream, true);
            } else {
                reconnected(subtreeStream, connected, after);
            }
            subtreeStream.namedIn = connection;
        }
        finish(after);
    }

    private void reconnected(SubtreeStream<S> subtreeStream, ConnectionInfo connected, List<Runnable> after) {
        PagedTail tail = subtreeStream.tail;
        subtreeStream.head = Math.max(subtreeStream.head, connected.watermark());
        if (tail != null) {
            runSlots.markBusy(subtreeStream);
            after.add(() -> tail.reconnected(connected));
        } else if (subtreeStream.hasNews()) {
            subtreeStream.baseline = floor(subtreeStream.baseline, connected);
            subtreeStream.isDue = true; // it has to catch up, even if no event of the gap causes effects
            runs.wake(subtreeStream, true);
        }
    }

    private boolean isKnown(StreamPath path) {
        synchronized (lock) {
            return isListed || members.containsKey(path);
        }
    }

    /** The offset up to which events of a connection gap cause no effects. */
    private long floor(long baseline, ConnectionInfo connected) {
        boolean gapWasLong = connected.gap().compareTo(options.reconnectGrace()) > 0;
        return options.effectsFrom().floorOnReconnect(baseline, connected.watermark(), gapWasLong);
    }

    private long floorOfNew(ConnectionInfo connected) {
        return options.effectsFrom().floorOnReconnect(0, connected.watermark(), true);
    }

    void eventReceived(Event event, int connection) {
        StreamInitialization streamInitialization = StreamInitialization.of(event);
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = members.get(event.path());
            if (subtreeStream == null) {
                long baseline =
                        streamInitialization.isOne() ? streamInitialization.copiedThrough() : event.offset() - 1;
                subtreeStream =
                        new SubtreeStream<>(event.path(), streamInitialization.incarnation(), event.offset(), baseline);
                members.put(event.path(), subtreeStream);
            } else if (subtreeStream.isGone
                    || (streamInitialization.isOne()
                            && !streamInitialization.incarnation().equals(subtreeStream.incarnation))) {
                beginAnew(
                        subtreeStream,
                        streamInitialization.incarnation(),
                        event.offset(),
                        streamInitialization.copiedThrough(),
                        after);
            }
            subtreeStream.namedIn = connection; // the event shows that the stream exists
            subtreeStream.head = Math.max(subtreeStream.head, event.offset());
            PagedTail tail = subtreeStream.tail;
            if (tail != null) {
                runSlots.markBusy(subtreeStream);
                SubtreeStream<S> told = subtreeStream;
                after.add(() -> {
                    if (!tail.offer(event)) {
                        runs.watch(told); // the event is known already: the run is as idle as before
                    }
                });
            } else if (subtreeStream.hasNews()) {
                runs.wake(subtreeStream, true);
            }
        }
        finish(after);
    }

    void destroyed(StreamPath path) {
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = members.get(path);
            if (subtreeStream != null) {
                markGone(subtreeStream, after);
            }
        }
        finish(after);
    }

    /** The connection has reported all streams; known streams that it did not report were destroyed. */
    void listed(int connection) {
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            isListed = true;
            List.copyOf(members.values()).stream()
                    .filter(subtreeStream -> subtreeStream.namedIn != connection)
                    .forEach(subtreeStream -> markGone(subtreeStream, after));
        }
        finish(after);
        markIfCaughtUp();
    }

    private void finish(List<Runnable> after) {
        after.forEach(Runnable::run);
        runs.schedule();
    }

    // ---- called with the lock

    private void stopAwaiting(SubtreeStream<S> subtreeStream) {
        if (subtreeStream.isAwaited) {
            subtreeStream.isAwaited = false;
            awaited--;
        }
    }

    private void beginAnew(
            SubtreeStream<S> subtreeStream, String incarnation, long head, long baseline, List<Runnable> after) {
        runs.retire(subtreeStream, after);
        subtreeStream.beginAnew(incarnation, head, baseline);
        if (subtreeStream.course == SubtreeStream.Course.HALTED) {
            subtreeStream.course = SubtreeStream.Course.SUSPENDED;
        }
    }

    private void markGone(SubtreeStream<S> subtreeStream, List<Runnable> after) {
        subtreeStream.isGone = true;
        subtreeStream.incarnations++;
        stopAwaiting(subtreeStream);
        runSlots.forget(subtreeStream);
        runs.retire(subtreeStream, after);
        if (subtreeStream.course != SubtreeStream.Course.ACTIVE
                && subtreeStream.course != SubtreeStream.Course.LEAVING) {
            members.remove(subtreeStream.path);
        }
    }

    /** The stream has caught up, or cannot. */
    private void settled(SubtreeStream<S> subtreeStream) {
        synchronized (lock) {
            stopAwaiting(subtreeStream);
        }
        markIfCaughtUp();
    }

    private void markIfCaughtUp() {
        if (isCaughtUp()) {
            mark.set();
        }
    }

    /** True if every stream that was reported at the start has caught up, or cannot. */
    public boolean isCaughtUp() {
        synchronized (lock) {
            return isListed && awaited == 0;
        }
    }

    public boolean areIdle() {
        synchronized (lock) {
            return isListed && runSlots.areQuiet();
        }
    }

    SubtreeStatus status(RunnerStatus.Phase phase, Optional<String> failure) {
        synchronized (lock) {
            int halted = (int) members.values().stream()
                    .filter(subtreeStream -> subtreeStream.course == SubtreeStream.Course.HALTED)
                    .count();
            return new SubtreeStatus(phase, members.size(), runSlots.active(), runSlots.queued(), halted, failure);
        }
    }

    public List<StreamPath> paths() {
        synchronized (lock) {
            return members.keySet().stream().sorted().toList();
        }
    }

    public Optional<RunnerStatus> status(StreamPath path) {
        return query(path, subtreeStream -> {
            if (subtreeStream.run != null) {
                return subtreeStream.run.status();
            }
            return subtreeStream.failed != null
                    ? subtreeStream.failed
                    : new RunnerStatus(
                            subtreeStream.hasNews() ? RunnerStatus.Phase.CATCHING_UP : RunnerStatus.Phase.LIVE,
                            subtreeStream.head,
                            subtreeStream.baseline,
                            subtreeStream.baseline,
                            0,
                            Optional.empty());
        });
    }

    public Optional<S> state(StreamPath path) {
        return query(path, subtreeStream -> subtreeStream.run == null ? null : subtreeStream.run.state());
    }

    private <T> Optional<T> query(StreamPath path, Function<SubtreeStream<S>, @Nullable T> question) {
        synchronized (lock) {
            SubtreeStream<S> subtreeStream = members.get(path);
            return subtreeStream == null ? Optional.empty() : Optional.ofNullable(question.apply(subtreeStream));
        }
    }

    void stop(Duration deadline) {
        runs.stop(deadline);
    }
}
