package dev.millrace.core.runner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.internal.snapshot.StateFingerprint;
import java.util.Objects;
import java.util.function.Function;

/**
 * How a processor's state becomes JSON and comes back, and a name for its shape, so that a snapshot of another shape is not
 * mistaken for one. Immutable.
 *
 * @param <S> the state
 */
public final class StateFormat<S> {
    private final String schema;
    private final Function<? super S, JsonNode> write;
    private final Function<? super JsonNode, ? extends S> read;

    private StateFormat(
            String schema, Function<? super S, JsonNode> write, Function<? super JsonNode, ? extends S> read) {
        this.schema = Objects.requireNonNull(schema, "schema");
        this.write = write;
        this.read = read;
    }

    /**
     * The way of {@link JsonCodec}, for a record or an annotated value. Its schema is a fingerprint of the shape: names and
     * types of the parts, down to what the JDK brings; it changes when one of them does.
     */
    public static <S> StateFormat<S> of(Class<S> type) {
        return new StateFormat<>(
                StateFingerprint.fingerprint(type), JsonCodec::toTree, json -> JsonCodec.fromTree(json, type));
    }

    /**
     * A way of one's own.
     *
     * @param schema any text; change it when the JSON changes
     * @param read throws {@link IllegalArgumentException} for what it cannot read
     */
    public static <S> StateFormat<S> of(
            String schema, Function<? super S, JsonNode> write, Function<? super JsonNode, ? extends S> read) {
        return new StateFormat<>(schema, write, read);
    }

    /** The same way under another name of the shape, for whoever wants to say themselves when it changes. */
    public StateFormat<S> schema(String newSchema) {
        return new StateFormat<>(newSchema, write, read);
    }

    /** The name of the shape. */
    public String schema() {
        return schema;
    }

    /**
     * The state as JSON.
     *
     * @throws IllegalArgumentException when it cannot be written
     */
    public JsonNode write(S state) {
        return write.apply(state);
    }

    /**
     * A state from JSON.
     *
     * @throws IllegalArgumentException when the JSON does not fit
     */
    public S read(JsonNode json) {
        return read.apply(json);
    }
}
