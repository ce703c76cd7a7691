package dev.millrace.processors.scheduler;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.util.OptionalLong;

/**
 * The idempotency keys of everything a scheduler appends. Whoever repeats a step, after a crash or beside another
 * scheduler, gets the stored event; and the reducer knows by the key which configuration a step belongs to.
 */
final class IdempotencyKeys {
    static final String REWRITE = "rewrite";
    static final String STARTED = "started";
    static final String TARGET = "target";
    static final String FINISHED = "finished";

    private IdempotencyKeys() {}

    /** The key of the rewrite of an {@code append-scheduled}. */
    static String rewrite(StreamPath path, long offset) {
        return prefix(REWRITE, path) + offset;
    }

    /** The offset of the event because of which a scheduler of this stream appended the event in this step. */
    static OptionalLong because(String step, Event event) {
        String prefix = prefix(step, event.path());
        String key = event.idempotencyKey().orElse("");
        if (!key.startsWith(prefix)) {
            return OptionalLong.empty();
        }
        int end = key.indexOf(':', prefix.length());
        try {
            return OptionalLong.of(Long.parseLong(key, prefix.length(), end < 0 ? key.length() : end, 10));
        } catch (NumberFormatException somebodyElses) {
            return OptionalLong.empty();
        }
    }

    /** What every key of this step begins with; the offset of the causing event follows. */
    static String prefix(String step, StreamPath path) {
        return Scheduler.SLUG + ":" + step + ":" + path + ":";
    }
}
