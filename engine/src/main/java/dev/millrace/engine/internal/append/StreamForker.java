package dev.millrace.engine.internal.append;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.Limits;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.commit.StoreWriter;
import dev.millrace.engine.internal.commit.WriteTask;
import dev.millrace.engine.internal.tail.PageSize;
import dev.millrace.engine.internal.threads.LongWork;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The fork of streams. A thread for long work computes the head at the requested offset; the writer checks that the source
 * still has the same incarnation, and lets the store copy. Thread-safe.
 */
public final class StreamForker {
    private static final int ATTEMPTS = 5;

    private final StoreReader store;
    private final StoreWriter writer;
    private final LongWork longWork;
    private final StreamCreation streamCreation;
    private final EventClock clock;
    private final Limits limits;

    public StreamForker(
            StoreReader store,
            StoreWriter writer,
            LongWork longWork,
            StreamCreation streamCreation,
            EventClock clock,
            Limits limits) {
        this.store = store;
        this.writer = writer;
        this.longWork = longWork;
        this.streamCreation = streamCreation;
        this.clock = clock;
        this.limits = limits;
    }

    /** The incarnation of the source, the time of its first event, and its head at the requested offset. */
    private record Plan(String incarnation, Instant bornAt, StreamHead head) {}

    public CompletableFuture<StreamHead> fork(StreamKey from, long at, StreamKey to) {
        CompletableFuture<StreamHead> answer = new CompletableFuture<>();
        attempt(from, at, to, 1, answer);
        return answer;
    }

    private void attempt(StreamKey from, long at, StreamKey to, int number, CompletableFuture<StreamHead> answer) {
        var unused = longWork.supply(from, () -> plan(from, at, to, number)).whenComplete((plan, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                submit(plan, from, at, to, number, answer);
            }
        });
    }

    /** The copy is alone in its transaction: if the store cannot copy, no other append must fail. */
    private void submit(
            Plan plan, StreamKey from, long at, StreamKey to, int number, CompletableFuture<StreamHead> answer) {
        var unused = writer.submit(new WriteTask<Optional<StreamHead>>(from, 0, true, commitBatch -> {
                    if (commitBatch.head(to).isPresent()) {
                        throw taken(from, to);
                    }
                    Optional<StreamHead> made = commitBatch
                            .head(from)
                            .filter(head -> head.incarnation().equals(plan.incarnation()))
                            .map(head -> copy(commitBatch, from, plan, to));
                    return () -> made;
                }))
                .whenComplete((made, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        made.ifPresentOrElse(answer::complete, () -> attempt(from, at, to, number + 1, answer));
                    }
                });
    }

    private StreamHead copy(CommitBatch commitBatch, StreamKey from, Plan plan, StreamKey to) {
        ForkOrigin origin = new ForkOrigin(from.path(), plan.head().lastOffset(), Optional.empty());
        return streamCreation.fork(commitBatch, to, origin, plan.bornAt(), plan.head(), clock.now());
    }

    private Plan plan(StreamKey from, long at, StreamKey to, int number) {
        if (number > ATTEMPTS) {
            throw refused(Code.UNAVAILABLE, from, to, "the source was destroyed meanwhile; repeat it in a few seconds");
        }
        if (at < 1) {
            throw refused(
                    Code.BAD_REQUEST, from, to, "at must be 1 or more, got " + at + "; name the last offset to copy");
        }
        Optional<StreamHead> head = store.head(from);
        long end = head.map(StreamHead::lastOffset).orElse(0L);
        List<EventRecord> last = store.read(from, RecordRange.after(at - 1, 1));
        List<EventRecord> first = store.read(from, RecordRange.after(0, 1));
        if (head.isEmpty() || at > end || last.isEmpty() || first.isEmpty()) {
            throw refused(
                    Code.BAD_REQUEST,
                    from,
                    to,
                    end == 0
                            ? "there is no such stream; name one that exists"
                            : "at is " + at + " and the stream ends at " + end + "; name an offset up to that");
        }
        if (store.head(to).isPresent()) {
            throw taken(from, to);
        }
        requireShort(from, at, to);
        StreamHead then = new StreamHead("", at, last.get(0).createdAt(), isPaused(from, at));
        return new Plan(head.get().incarnation(), first.get(0).createdAt(), then);
    }

    /** Limits the size of a fork, because all appends to all streams wait while it is written. */
    private void requireShort(StreamKey from, long at, StreamKey to) {
        if (at - 1 > limits.forkEvents()) {
            throw tooLong(from, to, (at - 1) + " events", limits.forkEvents() + " events (limit forkEvents)");
        }
        PageSize size = new PageSize();
        long bytes = 0;
        for (long after = 1; after < at; ) {
            List<EventRecord> page =
                    store.read(from, new RecordRange(after, at + 1, Set.of(), size.records(), false, 1 << 20));
            if (page.isEmpty()) {
                return; // destroyed meanwhile; the writer will notice
            }
            size.adaptTo(page);
            bytes += page.stream().mapToLong(record -> record.size()).sum();
            after = page.get(page.size() - 1).offset();
            if (bytes > limits.forkBytes()) {
                throw tooLong(
                        from, to, bytes + " bytes up to " + after, limits.forkBytes() + " bytes (limit forkBytes)");
            }
        }
    }

    private static StreamException tooLong(StreamKey from, StreamKey to, String what, String limit) {
        return refused(
                Code.BAD_REQUEST,
                from,
                to,
                "it would copy " + what + ", and all appends would wait meanwhile; at most " + limit
                        + " are copied; fork at an earlier offset");
    }

    private boolean isPaused(StreamKey stream, long at) {
        Set<String> gates = new HashSet<>(BuiltInType.PAUSED.spellings());
        gates.addAll(BuiltInType.RESUMED.spellings());
        return store.read(stream, new RecordRange(0, at + 1, gates, 1, true)).stream()
                .anyMatch(record -> BuiltInType.PAUSED.matches(record.type()));
    }

    private static StreamException taken(StreamKey from, StreamKey to) {
        return refused(Code.CONFLICT, from, to, to.path() + " exists already; choose a path without a stream");
    }

    private static StreamException refused(Code code, StreamKey from, StreamKey to, String why) {
        return new StreamException(code, from.path(), "fork refused: " + from + " to " + to.path() + "; " + why);
    }
}
