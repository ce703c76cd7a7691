package dev.millrace.engine.internal.append;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings streams into being and lets their ancestors know, all in the transaction of the first touch; so there is
 * nothing to retry, not even after a crash. Announcements pass by the pause gate. For the writer thread.
 */
public final class StreamCreation {
    /** What the idempotency keys of the service begin with; callers may not use it. */
    public static final String RESERVED = "millrace/";

    private final Supplier<String> incarnations;

    public StreamCreation(Supplier<String> incarnations) {
        this.incarnations = incarnations;
    }

    /** The head of a stream, which is created if it does not exist, its ancestors included. */
    StreamHead touch(CommitBatch group, StreamKey stream, Instant now) {
        Optional<StreamHead> existing = group.head(stream);
        return existing.isPresent() ? existing.get() : create(group, stream, now);
    }

    /**
     * Makes a stream that begins as another did; it does not exist.
     *
     * @param bornAt the time of its first event: that of the other's, so that its times never run backwards
     * @param then the head of the other at that offset
     */
    StreamHead fork(
            CommitBatch group, StreamKey stream, ForkOrigin origin, Instant bornAt, StreamHead then, Instant now) {
        createAncestors(group, stream, now);
        String incarnation = incarnations.get();
        PendingRecord first = first(stream, incarnation, Optional.of(origin), bornAt);
        StreamHead head = new StreamHead(incarnation, then.lastOffset(), then.lastCreatedAt(), then.paused());
        group.fork(
                stream,
                first,
                new EventStore.Copy(
                        stream.at(origin.path()),
                        1,
                        origin.offset(),
                        stream,
                        head,
                        EventJsonWriter.beginning(origin.path()),
                        EventJsonWriter.beginning(stream.path())));
        announce(group, stream, incarnation, now);
        return head;
    }

    private StreamHead create(CommitBatch group, StreamKey stream, Instant now) {
        createAncestors(group, stream, now);
        String incarnation = incarnations.get();
        PendingRecord first = first(stream, incarnation, Optional.empty(), now);
        group.append(stream, first);
        announce(group, stream, incarnation, now);
        return first.head();
    }

    private static PendingRecord first(StreamKey stream, String incarnation, Optional<ForkOrigin> origin, Instant now) {
        StreamHead unborn = new StreamHead(incarnation, 0, Instant.EPOCH, false);
        return SystemEvents.initialized(stream, incarnation, origin).after(unborn, now);
    }

    private static List<StreamKey> ancestors(StreamKey stream) {
        return stream.path().ancestors().stream().map(stream::at).toList();
    }

    private void createAncestors(CommitBatch group, StreamKey stream, Instant now) {
        List<StreamKey> ancestors = ancestors(stream);
        for (int i = ancestors.size() - 1; i >= 0; i--) { // the root first, so that nothing recurses deeply
            touch(group, ancestors.get(i), now);
        }
    }

    private void announce(CommitBatch group, StreamKey stream, String incarnation, Instant now) {
        String key = key(stream.path(), incarnation);
        ancestors(stream).forEach(ancestor -> announce(group, stream.path(), key, ancestor, now));
    }

    /** The idempotency key of the announcement of a stream's life, the same on every ancestor. */
    static String key(StreamPath child, String incarnation) {
        return RESERVED + "child:" + child + ":" + incarnation;
    }

    private void announce(CommitBatch group, StreamPath child, String key, StreamKey ancestor, Instant now) {
        StreamHead head = touch(group, ancestor, now);
        if (group.find(ancestor, key).isEmpty()) {
            group.append(
                    ancestor,
                    SystemEvents.childCreated(ancestor.path(), child, key).after(head, now));
        }
    }
}
