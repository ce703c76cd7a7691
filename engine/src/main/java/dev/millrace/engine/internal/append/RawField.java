package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.core.JsonToken;

/**
 * One field of an input as it was sent.
 *
 * @param name its name
 * @param token what kind of value it has
 * @param text the value, if it is a scalar
 * @param json the value as compact JSON
 */
@SuppressWarnings("ArrayRecordComponent")
public // a carrier of bytes; nobody compares fields
record RawField(String name, JsonToken token, String text, byte[] json) {
    boolean isText() {
        return token == JsonToken.VALUE_STRING;
    }

    boolean isObject() {
        return token == JsonToken.START_OBJECT;
    }

    /** The kind of value in words. */
    String kind() {
        switch (token) {
            case START_OBJECT:
                return "an object";
            case START_ARRAY:
                return "an array";
            case VALUE_STRING:
                return "a string";
            case VALUE_NULL:
                return "null";
            case VALUE_TRUE:
            case VALUE_FALSE:
                return "a boolean";
            default:
                return "a number";
        }
    }
}
