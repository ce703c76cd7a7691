package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;

/**
 * A processor that an event attached to a stream.
 *
 * @param since the offset of the event that attached it first since it was last detached; effects on the stream itself start
 *     strictly after it
 * @param belowSince the position of the event from which on it runs on the streams below without a break; effects there
 *     start strictly after it
 * @param attachedBy the offset of the event that gave it this configuration; empty when the first event of a type it is
 *     there for brought it
 * @param processor the provider's name
 * @param config its configuration, an object
 * @param subtree whether it also runs on every stream below
 */
record Attachment(
        long since, long belowSince, OptionalLong attachedBy, String processor, JsonNode config, boolean subtree) {
    /** What is attached when {@code next} comes without a detach in between. */
    Attachment replacedBy(Attachment next) {
        boolean same = next.attachedBy.isEmpty() || (config.equals(next.config) && subtree == next.subtree);
        return same
                ? this
                : new Attachment(
                        since,
                        subtree ? belowSince : next.belowSince,
                        next.attachedBy,
                        processor,
                        next.config,
                        next.subtree);
    }
}
