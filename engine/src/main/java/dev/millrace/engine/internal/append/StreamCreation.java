package dev.millrace.engine.internal.append;

import dev.millrace.core.Chain;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The creation of streams: it also appends {@code child-stream-created} to all ancestors in the same transaction, so
 * that nothing has to be retried after a crash. A paused ancestor gets this event too. For the writer thread.
 */
public final class StreamCreation {
    /** The prefix of the service's idempotency keys; callers may not use it. */
    public static final String RESERVED = "millrace/";

    private final Supplier<String> incarnations;
    private final int mostSegments;
    private final EventClock clock;

    public StreamCreation(Supplier<String> incarnations, int mostSegments, EventClock clock) {
        this.incarnations = incarnations;
        this.mostSegments = mostSegments;
        this.clock = clock;
    }

    /**
     * The head of a stream. Creates the stream and its ancestors if they do not exist; refuses to create a path with too
     * many segments, because the work grows with the square of their number.
     */
    StreamHead touch(CommitBatch commitBatch, StreamKey stream, Instant now) {
        return touch(commitBatch, stream, () -> Chain.NONE, now);
    }

    /** As the other method; {@code chain}: of the event that creates the stream. */
    StreamHead touch(CommitBatch commitBatch, StreamKey stream, Supplier<Chain> chain, Instant now) {
        Optional<StreamHead> existing = commitBatch.head(stream);
        return existing.isPresent() ? existing.get() : create(commitBatch, stream, chain.get(), now);
    }

    /**
     * Creates a stream as a copy of the beginning of another one; it must not exist.
     *
     * @param bornAt the time of the first event of both streams, so that times never decrease in the copy
     * @param then the head of the source as it was at that offset
     */
    StreamHead fork(
            CommitBatch commitBatch,
            StreamKey stream,
            ForkOrigin origin,
            Instant bornAt,
            StreamHead then,
            Instant now) {
        return begin(commitBatch, stream, origin, bornAt, now, first -> {
            StreamHead head =
                    new StreamHead(first.head().incarnation(), then.lastOffset(), then.lastCreatedAt(), then.paused());
            StreamKey source = stream.at(origin.path());
            commitBatch.fork(stream, first, new Change.Copy(stream, source, 1, origin.offset(), then.paused()), head);
            return head;
        });
    }

    /** Creates a stream from a log that was read before; it must not exist. */
    StreamHead importLog(CommitBatch commitBatch, StreamKey stream, ImportedLog log, Instant now) {
        return begin(commitBatch, stream, log.origin(), log.bornAt(), now, first -> {
            List<PendingRecord> all = log.after(first);
            commitBatch.importAll(stream, all);
            return all.get(all.size() - 1).head();
        });
    }

    /** Creates a stream that begins as a copy; {@code copy} stores its first event and all copied ones. */
    private StreamHead begin(
            CommitBatch commitBatch,
            StreamKey stream,
            ForkOrigin origin,
            Instant bornAt,
            Instant now,
            Function<PendingRecord, StreamHead> copy) {
        requireFewSegments(stream);
        createAncestors(commitBatch, stream, Chain.NONE, now);
        String incarnation = incarnations.get();
        StreamHead head = copy.apply(first(stream, incarnation, Optional.of(origin), bornAt));
        announce(commitBatch, stream, incarnation, Chain.NONE, now);
        return head;
    }

    private void requireFewSegments(StreamKey stream) {
        long segments = stream.path().value().chars().filter(c -> c == '/').count();
        if (segments > mostSegments) {
            throw new StreamException(
                    Code.BAD_REQUEST,
                    stream.path(),
                    "stream not created: " + stream + "; the path has " + segments + " segments, at most "
                            + mostSegments + " are allowed (limit pathSegments); use a path with fewer segments");
        }
    }

    private StreamHead create(CommitBatch commitBatch, StreamKey stream, Chain chain, Instant now) {
        requireFewSegments(stream);
        createAncestors(commitBatch, stream, chain, now);
        String incarnation = incarnations.get();
        PendingRecord first = first(stream, incarnation, Optional.empty(), now);
        commitBatch.append(stream, first);
        announce(commitBatch, stream, incarnation, chain, now);
        return first.head();
    }

    private static PendingRecord first(StreamKey stream, String incarnation, Optional<ForkOrigin> origin, Instant now) {
        StreamHead unborn = new StreamHead(incarnation, 0, Instant.EPOCH, false);
        return SystemEvents.initialized(stream, incarnation, origin).after(unborn, now);
    }

    private static List<StreamKey> ancestors(StreamKey stream) {
        return stream.path().ancestors().stream().map(stream::at).toList();
    }

    private void createAncestors(CommitBatch commitBatch, StreamKey stream, Chain chain, Instant now) {
        List<StreamKey> ancestors = ancestors(stream);
        for (int i = ancestors.size() - 1; i >= 0; i--) { // the root first, to avoid deep recursion
            touch(commitBatch, ancestors.get(i), () -> chain, now);
        }
    }

    private void announce(CommitBatch commitBatch, StreamKey stream, String incarnation, Chain chain, Instant now) {
        String key = key(stream.path(), incarnation);
        for (StreamKey ancestor : ancestors(stream)) {
            StreamHead head = touch(commitBatch, ancestor, now);
            if (commitBatch.find(ancestor, key).isEmpty()) {
                commitBatch.append(
                        ancestor,
                        SystemEvents.childCreated(stream.path(), key, chain)
                                .after(head, clock.next(ancestor, head.lastCreatedAt(), now)));
            }
        }
    }

    /** The idempotency key of the announcement of an incarnation; the same on every ancestor. */
    static String key(StreamPath child, String incarnation) {
        return RESERVED + "child:" + child + ":" + incarnation;
    }
}
