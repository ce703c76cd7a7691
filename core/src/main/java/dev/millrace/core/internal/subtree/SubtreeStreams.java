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
    private final RunSlots<S> places;
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
        this.places = new RunSlots<>(mostActive);
        this.mark = mark;
        this.runs = new SubtreeRunPool<>(lock, members, places, streams, processor, options, this::settled, changed);
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
            SubtreeStream<S> member = members.get(path);
            if (member == null) {
                long baseline = isListed ? floor(0, connected) : isNew ? floorOfNew(connected) : connected.watermark();
                member = new SubtreeStream<>(path, connected.incarnation(), connected.watermark(), baseline);
                member.isDue = true;
                members.put(path, member);
                if (!isListed) {
                    member.isAwaited = true;
                    awaited++;
                }
                runs.wake(member, isListed);
            } else if (member.isGone || !member.incarnation.equals(connected.incarnation())) {
                beginAnew(member, connected.incarnation(), connected.watermark(), floor(0, connected), after);
                member.isDue = true;
                runs.wake(member, true);
            } else {
                reconnected(member, connected, after);
            }
            member.namedIn = connection;
        }
        finish(after);
    }

    private void reconnected(SubtreeStream<S> member, ConnectionInfo connected, List<Runnable> after) {
        PagedTail tail = member.tail;
        member.head = Math.max(member.head, connected.watermark());
        if (tail != null) {
            places.markBusy(member);
            after.add(() -> tail.reconnected(connected));
        } else if (member.hasNews()) {
            member.baseline = floor(member.baseline, connected);
            member.isDue = true; // it has to catch up, even if no event of the gap causes effects
            runs.wake(member, true);
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
        StreamInitialization birth = StreamInitialization.of(event);
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            SubtreeStream<S> member = members.get(event.path());
            if (member == null) {
                long baseline = birth.isOne() ? birth.copiedThrough() : event.offset() - 1;
                member = new SubtreeStream<>(event.path(), birth.incarnation(), event.offset(), baseline);
                members.put(event.path(), member);
            } else if (member.isGone || (birth.isOne() && !birth.incarnation().equals(member.incarnation))) {
                beginAnew(member, birth.incarnation(), event.offset(), birth.copiedThrough(), after);
            }
            member.namedIn = connection; // the event shows that the stream exists
            member.head = Math.max(member.head, event.offset());
            PagedTail tail = member.tail;
            if (tail != null) {
                places.markBusy(member);
                SubtreeStream<S> told = member;
                after.add(() -> {
                    if (!tail.offer(event)) {
                        runs.watch(told); // the event is known already: the run is as idle as before
                    }
                });
            } else if (member.hasNews()) {
                runs.wake(member, true);
            }
        }
        finish(after);
    }

    void destroyed(StreamPath path) {
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            SubtreeStream<S> member = members.get(path);
            if (member != null) {
                markGone(member, after);
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
                    .filter(member -> member.namedIn != connection)
                    .forEach(member -> markGone(member, after));
        }
        finish(after);
        markIfCaughtUp();
    }

    private void finish(List<Runnable> after) {
        after.forEach(Runnable::run);
        runs.schedule();
    }

    // ---- called with the lock

    private void stopAwaiting(SubtreeStream<S> member) {
        if (member.isAwaited) {
            member.isAwaited = false;
            awaited--;
        }
    }

    private void beginAnew(
            SubtreeStream<S> member, String incarnation, long head, long baseline, List<Runnable> after) {
        runs.retire(member, after);
        member.beginAnew(incarnation, head, baseline);
        if (member.course == SubtreeStream.Course.HALTED) {
            member.course = SubtreeStream.Course.PARKED;
        }
    }

    private void markGone(SubtreeStream<S> member, List<Runnable> after) {
        member.isGone = true;
        member.incarnations++;
        stopAwaiting(member);
        places.forget(member);
        runs.retire(member, after);
        if (member.course != SubtreeStream.Course.ACTIVE && member.course != SubtreeStream.Course.LEAVING) {
            members.remove(member.path);
        }
    }

    /** The stream has caught up, or cannot. */
    private void settled(SubtreeStream<S> member) {
        synchronized (lock) {
            stopAwaiting(member);
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
            return isListed && places.areQuiet();
        }
    }

    SubtreeStatus status(RunnerStatus.Phase phase, Optional<String> failure) {
        synchronized (lock) {
            int halted = (int) members.values().stream()
                    .filter(member -> member.course == SubtreeStream.Course.HALTED)
                    .count();
            return new SubtreeStatus(phase, members.size(), places.active(), places.queued(), halted, failure);
        }
    }

    public List<StreamPath> paths() {
        synchronized (lock) {
            return members.keySet().stream().sorted().toList();
        }
    }

    public Optional<RunnerStatus> status(StreamPath path) {
        return query(path, member -> {
            if (member.run != null) {
                return member.run.status();
            }
            return member.failed != null
                    ? member.failed
                    : new RunnerStatus(
                            member.hasNews() ? RunnerStatus.Phase.CATCHING_UP : RunnerStatus.Phase.LIVE,
                            member.head,
                            member.baseline,
                            member.baseline,
                            0,
                            Optional.empty());
        });
    }

    public Optional<S> state(StreamPath path) {
        return query(path, member -> member.run == null ? null : member.run.state());
    }

    private <T> Optional<T> query(StreamPath path, Function<SubtreeStream<S>, @Nullable T> question) {
        synchronized (lock) {
            SubtreeStream<S> member = members.get(path);
            return member == null ? Optional.empty() : Optional.ofNullable(question.apply(member));
        }
    }

    void stop(Duration deadline) {
        runs.stop(deadline);
    }
}
