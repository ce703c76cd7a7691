package dev.millrace.core.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.internal.json.JsonErrorMessages;
import dev.millrace.core.internal.json.JsonMappers;
import dev.millrace.core.internal.payload.FieldShape;
import dev.millrace.core.internal.payload.RecordShape;
import dev.millrace.core.internal.payload.TypeShapes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A strict reader of payloads of one class. It coerces nothing and reports all problems of a payload. Each component of
 * a record is required unless it is an {@link Optional}, and a number must not be a text. {@link NotBlank} and {@link
 * Positive} restrict a component. {@code @JsonProperty(required = true)} on an {@code Optional} component requires the
 * field, which may be null. Nested records are read the same way. For a class that is not a record, or has a {@code
 * @JsonCreator}, the JSON library reads the payload and reports only one problem. Immutable and safe for use by many
 * threads.
 *
 * <p>{@link EventCatalog#decode} is more lenient, because stored payloads were accepted before.
 *
 * @param <T> the payload class
 * @since 0.1
 */
public final class StrictPayload<T> {
    private static final String WHERE = "payload";

    private final Class<T> type;
    private final boolean refusesUnknown;
    private final boolean acceptsNull;
    private final Optional<RecordShape> shape;
    private final ObjectReader reader;

    private StrictPayload(Class<T> type, boolean refusesUnknown, boolean acceptsNull) {
        this.type = type;
        this.refusesUnknown = refusesUnknown;
        this.acceptsNull = acceptsNull;
        this.shape = new TypeShapes(refusesUnknown, acceptsNull).ofRecord(type);
        this.reader = JsonMappers.strictReader(type, refusesUnknown);
    }

    /** A reader that refuses unknown fields, also in nested records. */
    public static <T> StrictPayload<T> of(Class<T> type) {
        return new StrictPayload<>(type, true, false);
    }

    /** The same reader, but it ignores unknown fields. */
    public StrictPayload<T> ignoringUnknownFields() {
        return new StrictPayload<>(type, false, acceptsNull);
    }

    /** The same reader, but it reads null as an absent field if the component is an {@link Optional}. */
    public StrictPayload<T> acceptingNull() {
        return new StrictPayload<>(type, refusesUnknown, true);
    }

    public Class<T> type() {
        return type;
    }

    /** The names of the fields in the order of the record's components; empty if the class is not a record. */
    public List<String> fields() {
        return shape.map(RecordShape::names).orElse(List.of());
    }

    /**
     * The result of reading a payload: a value, or problems.
     *
     * @param value the payload; empty if it does not fit
     * @param problems one line for each problem, beginning with the field ({@code payload.text: expected a string, got
     *     5}); empty if the payload fits
     */
    public record Result<T>(Optional<T> value, List<String> problems) {}

    /** Reads a payload; never throws. */
    public Result<T> read(JsonNode payload) {
        List<String> problems = new ArrayList<>();
        shape.ifPresent(record -> record.check(WHERE, payload, problems));
        if (!problems.isEmpty()) {
            return new Result<>(Optional.empty(), List.copyOf(problems));
        }
        try {
            T value = reader.readValue(payload);
            return value == null
                    ? new Result<>(Optional.empty(), List.of(FieldShape.mismatch(WHERE, "an object", payload)))
                    : new Result<>(Optional.of(value), List.of());
        } catch (IOException wrong) {
            String field = JsonErrorMessages.fieldOf(wrong);
            String where = field.isEmpty() ? WHERE + ": " : WHERE + (field.startsWith("[") ? "" : ".") + field;
            return new Result<>(Optional.empty(), List.of(where + JsonErrorMessages.problemOf(wrong)));
        }
    }
}
