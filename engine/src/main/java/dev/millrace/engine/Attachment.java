package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A processor that an event attached to a stream.
 *
 * @param since the offset of the event that attached it first since it was last detached; effects start strictly after it
 * @param offset the offset of the event that gave it this configuration
 * @param processor the provider's name
 * @param config its configuration, an object
 * @param subtree whether it also runs on every stream below
 */
record Attachment(long since, long offset, String processor, JsonNode config, boolean subtree) {
    /** What is attached when {@code next} comes without a detach in between. */
    Attachment replacedBy(Attachment next) {
        boolean same = config.equals(next.config) && subtree == next.subtree;
        return same ? this : new Attachment(since, next.offset, processor, next.config, next.subtree);
    }
}
