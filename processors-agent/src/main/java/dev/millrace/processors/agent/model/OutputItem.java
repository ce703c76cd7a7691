package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * An item of an earlier response, as part of a prompt.
 *
 * @param item the item
 * @param opaque what the provider added to the item: ids, encrypted reasoning, signatures. A {@link Model} uses it only
 *     if it comes from the same provider, address and model ({@link Origin}); treat it as read-only. Empty for a text
 *     that was cut off
 * @since 0.1
 */
public record OutputItem(ModelItem item, Optional<JsonNode> opaque) {
    /**
     * Reads an item. One in the form of OpenAI's Responses API is converted, and becomes the opaque data; logs of earlier
     * versions contain such items.
     *
     * @param opaque the opaque data of an item that is not converted
     * @throws IllegalArgumentException if the item is no object, or has a field of another kind
     */
    public static OutputItem read(JsonNode item, Optional<JsonNode> opaque) {
        return StoredItem.read(item, opaque);
    }
}
