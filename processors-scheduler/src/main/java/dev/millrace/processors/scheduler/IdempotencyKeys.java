package dev.millrace.processors.scheduler;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.util.OptionalLong;

/**
 * The idempotency keys of a scheduler's appends. If a step is repeated, after a crash or by a second scheduler, the
 * append returns the stored event. The key also tells the reducer to which configuration a step belongs.
 */
final class IdempotencyKeys {
    static final String REWRITE = "rewrite";
    static final String STARTED = "started";
    static final String TARGET = "target";
    static final String FINISHED = "finished";

    private IdempotencyKeys() {}

    static String rewrite(StreamPath path, long offset) {
        return prefix(REWRITE, path) + offset;
    }

    /** The offset of the configuring event, if a scheduler of this stream appended the event in this step. */
    static OptionalLong because(String step, Event event) {
        String prefix = prefix(step, event.path());
        String key = event.idempotencyKey().orElse("");
        if (!key.startsWith(prefix)) {
            return OptionalLong.empty();
        }
        int end = key.indexOf(':', prefix.length());
        try {
            return OptionalLong.of(Long.parseLong(key, prefix.length(), end < 0 ? key.length() : end, 10));
        } catch (NumberFormatException foreign) {
            return OptionalLong.empty();
        }
    }

    /** The prefix of all keys of this step; the offset of the configuring event follows. */
    static String prefix(String step, StreamPath path) {
        return Scheduler.SLUG + ":" + step + ":" + path + ":";
    }
}
