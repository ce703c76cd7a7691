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

    private StreamHead create(Group group, StreamKey stream, Instant now) {
        List<StreamKey> ancestors =
                stream.path().ancestors().stream().map(stream::at).toList();
        for (int i = ancestors.size() - 1; i >= 0; i--) { // the root first, so that nothing recurses deeply
            touch(group, ancestors.get(i), now);
        }
        String incarnation = incarnations.get();
        StreamHead unborn = new StreamHead(incarnation, 0, Instant.EPOCH, false);
        Entry first = SystemInputs.initialized(stream, incarnation).after(unborn, now);
        group.append(stream, first);
        String key = key(stream.path(), incarnation);
        for (StreamKey ancestor : ancestors) {
            announce(group, stream.path(), key, ancestor, now);
        }
        return first.head();
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
