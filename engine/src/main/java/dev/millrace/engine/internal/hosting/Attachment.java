package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;

/**
 * A processor that an event attached to a stream.
 *
 * @param since the offset of the event that attached it; later configurations do not change it. Effects on the stream
 *     start strictly after it
 * @param belowSince the position of the event that attached it to the streams below; effects there start after it
 * @param attachedBy the offset of the event with this configuration; empty if an activating event attached it
 * @param processor the provider's name
 * @param subtree whether it also runs on every stream below
 */
record Attachment(
        long since, long belowSince, OptionalLong attachedBy, String processor, JsonNode config, boolean subtree) {
    /** The attachment after {@code next}, without a detach in between. */
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
