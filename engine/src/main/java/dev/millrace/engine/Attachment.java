package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;

/**
 * A processor that an event attached to a stream.
 *
 * @param since the offset of the event that attached it first since it was last detached; effects start strictly after it
 * @param position the position of that event, which tells what was committed to other streams before it
 * @param attachedBy the offset of the event that gave it this configuration; empty when the first event of a type it is
 *     there for brought it
 * @param processor the provider's name
 * @param config its configuration, an object
 * @param subtree whether it also runs on every stream below
 */
record Attachment(
        long since, long position, OptionalLong attachedBy, String processor, JsonNode config, boolean subtree) {
    /** What is attached when {@code next} comes without a detach in between. */
    Attachment replacedBy(Attachment next) {
        boolean same = next.attachedBy.isEmpty() || (config.equals(next.config) && subtree == next.subtree);
        return same ? this : new Attachment(since, position, next.attachedBy, processor, next.config, next.subtree);
    }
}
