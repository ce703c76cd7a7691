package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The payload of an event whose type the reader's catalog names, but whose JSON does not fit the class: a required
 * field is missing, say. Reducers see it like any payload and usually ignore it; a runner records one diagnostic event
 * for it.
 *
 * @param type the event's type as it was written
 * @param json the payload object; treat it as read-only
 * @param error what does not fit, in words
 */
public record MalformedPayload(String type, JsonNode json, String error) {}
