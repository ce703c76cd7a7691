package dev.millrace.core;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A payload whose type is not in the reader's catalog. It is not an error: other readers may know the type. Its JSON
 * may be parsed at the first use. Compared by value. Thread-safe.
 *
 * @since 0.1
 */
public final class UnknownPayload {
    private final String type;
    private final Supplier<JsonNode> json;
    private final boolean isLazy;

    /**
     * An unknown payload.
     *
     * @param type the event's type as it was written
     * @param json the payload object; not modified
     */
    @JsonCreator
    public UnknownPayload(@JsonProperty("type") String type, @JsonProperty("json") JsonNode json) {
        this.type = type;
        this.json = () -> json;
        this.isLazy = false;
    }

    /** The payload of an event that is not read yet; {@code json} returns the same object each time. */
    UnknownPayload(String type, Supplier<JsonNode> json) {
        this.type = type;
        this.json = json;
        this.isLazy = true;
    }

    /** Whether the JSON may still have to be parsed. */
    boolean isLazy() {
        return isLazy;
    }

    /** The event's type as it was written. */
    @JsonProperty
    public String type() {
        return type;
    }

    /** The payload object, read-only. */
    @JsonProperty
    public JsonNode json() {
        return json.get();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof UnknownPayload that && type.equals(that.type) && json().equals(that.json()));
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + json().hashCode();
    }

    @Override
    public String toString() {
        return "UnknownPayload[type=" + type + ", json=" + json() + "]";
    }
}
