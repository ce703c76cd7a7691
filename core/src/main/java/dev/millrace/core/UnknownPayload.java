package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A payload whose type is not in the reader's catalog. It is not an error: other readers may know the type.
 *
 * @param type the event's type as it was written
 * @param json the payload object, read-only
 * @since 0.1
 */
public record UnknownPayload(String type, JsonNode json) {}
