package dev.millrace.core.runner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.internal.snapshot.StateFingerprint;
import java.util.Objects;
import java.util.function.Function;

/**
 * A JSON format of a processor's state. Its schema name tells whether a snapshot was written in this format. Immutable.
 *
 * @param <S> the state
 * @since 0.1
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
     * The format of {@link JsonCodec}, for a record or an annotated class. Its schema is a fingerprint of the names and
     * types of all parts, without the parts of JDK classes; it changes if one of them changes.
     */
    public static <S> StateFormat<S> of(Class<S> type) {
        return new StateFormat<>(
                StateFingerprint.fingerprint(type), JsonCodec::toTree, json -> JsonCodec.fromTree(json, type));
    }

    /**
     * A format with your own functions.
     *
     * @param schema any text; change it when the JSON changes
     * @param read throws {@link IllegalArgumentException} if it cannot read the JSON
     */
    public static <S> StateFormat<S> of(
            String schema, Function<? super S, JsonNode> write, Function<? super JsonNode, ? extends S> read) {
        return new StateFormat<>(schema, write, read);
    }

    /**
     * The same format with a schema name that you choose. Change the name when old snapshots must not be used any more.
     */
    public StateFormat<S> schema(String newSchema) {
        return new StateFormat<>(newSchema, write, read);
    }

    /** The schema name. */
    public String schema() {
        return schema;
    }

    /**
     * The state as JSON.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    public JsonNode write(S state) {
        return write.apply(state);
    }

    /**
     * A state from JSON.
     *
     * @throws IllegalArgumentException if the JSON does not fit
     */
    public S read(JsonNode json) {
        return read.apply(json);
    }
}
