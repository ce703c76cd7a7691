package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A processor that an event attached to a stream.
 *
 * @param offset the offset of the attaching event; effects start strictly after it
 * @param processor the provider's name
 * @param config its configuration, an object
 * @param subtree whether it also runs on every stream below
 */
record Attachment(long offset, String processor, JsonNode config, boolean subtree) {
    boolean sameAs(Attachment other) {
        return processor.equals(other.processor) && config.equals(other.config) && subtree == other.subtree;
    }
}
