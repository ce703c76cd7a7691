package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings streams into being and lets their ancestors know, all in the transaction of the first touch; so there is
 * nothing to retry, not even after a crash. Announcements pass by the pause gate. For the writer thread.
 */
final class Announcements {
    /** What the idempotency keys of the service begin with; callers may not use it. */
    static final String RESERVED = "millrace/";

    private final Supplier<String> incarnations;

    Announcements(Supplier<String> incarnations) {
        this.incarnations = incarnations;
    }

    /** The head of a stream, which is created if it does not exist, its ancestors included. */
    StreamHead touch(Group group, StreamKey stream, Instant now) {
        Optional<StreamHead> existing = group.head(stream);
        return existing.isPresent() ? existing.get() : create(group, stream, now);
    }

    /**
     * Makes a stream that begins as another did; it does not exist.
     *
     * @param bornAt the time of its first event: that of the other's, so that its times never run backwards
     * @param then the head of the other at that offset
     */
    StreamHead fork(Group group, StreamKey stream, Origin origin, Instant bornAt, StreamHead then, Instant now) {
        createAncestors(group, stream, now);
        String incarnation = incarnations.get();
        Entry first = first(stream, incarnation, Optional.of(origin), bornAt);
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
                        EventJson.beginning(origin.path()),
                        EventJson.beginning(stream.path())));
        announce(group, stream, incarnation, now);
        return head;
    }

    private StreamHead create(Group group, StreamKey stream, Instant now) {
        createAncestors(group, stream, now);
        String incarnation = incarnations.get();
        Entry first = first(stream, incarnation, Optional.empty(), now);
        group.append(stream, first);
        announce(group, stream, incarnation, now);
        return first.head();
    }

    private static Entry first(StreamKey stream, String incarnation, Optional<Origin> origin, Instant now) {
        StreamHead unborn = new StreamHead(incarnation, 0, Instant.EPOCH, false);
        return SystemInputs.initialized(stream, incarnation, origin).after(unborn, now);
    }

    private static List<StreamKey> ancestors(StreamKey stream) {
        return stream.path().ancestors().stream().map(stream::at).toList();
    }

    private void createAncestors(Group group, StreamKey stream, Instant now) {
        List<StreamKey> ancestors = ancestors(stream);
        for (int i = ancestors.size() - 1; i >= 0; i--) { // the root first, so that nothing recurses deeply
            touch(group, ancestors.get(i), now);
        }
    }

    private void announce(Group group, StreamKey stream, String incarnation, Instant now) {
        String key = key(stream.path(), incarnation);
        ancestors(stream).forEach(ancestor -> announce(group, stream.path(), key, ancestor, now));
    }

    /** The idempotency key of the announcement of a stream's life, the same on every ancestor. */
    static String key(StreamPath child, String incarnation) {
        return RESERVED + "child:" + child + ":" + incarnation;
    }

    private void announce(Group group, StreamPath child, String key, StreamKey ancestor, Instant now) {
        StreamHead head = touch(group, ancestor, now);
        if (group.find(ancestor, key).isEmpty()) {
            group.append(
                    ancestor,
                    SystemInputs.childCreated(ancestor.path(), child, key).after(head, now));
        }
    }
}
