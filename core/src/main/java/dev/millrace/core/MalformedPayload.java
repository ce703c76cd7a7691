package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A payload that does not fit the class of its type: for example, a required field is missing. A reducer gets it like
 * any payload, and usually ignores it. A runner appends one diagnostic event for it.
 *
 * @param type the event's type as it was written
 * @param json the payload object, read-only
 * @param error what does not fit
 * @since 0.1
 */
public record MalformedPayload(String type, JsonNode json, String error) {}
