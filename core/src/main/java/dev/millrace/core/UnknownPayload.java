package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The payload of an event whose type the reader's catalog does not name. Nothing is wrong with it; it is somebody
 * else's.
 *
 * @param type the event's type as it was written
 * @param json the payload object; treat it as read-only
 */
public record UnknownPayload(String type, JsonNode json) {}
