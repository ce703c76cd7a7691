package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.core.JsonToken;

/** One field of an input, as the caller sent it; {@code text} is the value of a scalar, {@code json} any value. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RawField(String name, JsonToken token, String text, byte[] json) {
    public boolean isText() {
        return token == JsonToken.VALUE_STRING;
    }

    boolean isObject() {
        return token == JsonToken.START_OBJECT;
    }

    public String kind() {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "a number";
        };
    }
}
