package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventType;
import dev.millrace.core.payload.StrictPayload;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An event type of a provider, with the rules that a host applies to it:
 *
 * <ul>
 *   <li>The payload is read strictly into its class ({@link StrictPayload}), and then checked by a rule. An event that
 *       does not fit is stored as {@code invalid-event-appended}.
 *   <li>If it is {@link #activating()}, the first event starts the processor on its stream.
 *   <li>It may be larger than events of other types, up to {@link #withMaxBytes}.
 *   <li>A token needs the {@link #withOperation operation} to append it.
 *   <li>The page {@link #page()} in the provider's jar describes it at {@code /api/docs}.
 * </ul>
 *
 * <p>Immutable; each method returns a new value.
 *
 * @param <T> the payload class
 * @since 0.1
 */
public final class ProvidedEvent<T> {
    private static final List<String> PREFIXES = List.of("https://events.iterate.com/events/stream/", "millrace/");

    private final EventType type;
    private final StrictPayload<T> payload;
    private final boolean isActivating;
    private final Operation operation;
    private final Optional<PayloadRule<? super T>> rule;
    private final Optional<JsonNode> schema;
    private final OptionalInt maxBytes;

    private ProvidedEvent(
            EventType type,
            StrictPayload<T> payload,
            boolean isActivating,
            Operation operation,
            Optional<PayloadRule<? super T>> rule,
            Optional<JsonNode> schema,
            OptionalInt maxBytes) {
        this.type = type;
        this.payload = payload;
        this.isActivating = isActivating;
        this.operation = operation;
        this.rule = rule;
        this.schema = schema;
        this.maxBytes = maxBytes;
    }

    /**
     * An event type that activates nothing, needs {@code append}, and refuses unknown fields.
     *
     * @param payload a record with {@link dev.millrace.core.EventName}
     * @throws IllegalArgumentException if the class has no {@code @EventName}
     */
    public static <T> ProvidedEvent<T> of(Class<T> payload) {
        return new ProvidedEvent<>(
                EventType.of(payload),
                StrictPayload.of(payload),
                false,
                Operation.APPEND,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());
    }

    /** The first event of the type starts the processor on its stream; it acts on that event and on all later ones. */
    public ProvidedEvent<T> activating() {
        return new ProvidedEvent<>(type, payload, true, operation, rule, schema, maxBytes);
    }

    /**
     * The operation that a token needs for an append; {@link Operation#APPEND} by default. Use {@link
     * Operation#PROCESS} for events that only processors write, {@link Operation#APPROVE} for decisions about calls of
     * tools, {@link Operation#CONTROL} for events that control a stream, and {@link Operation#DEPLOY} for events that
     * contain code.
     *
     * @throws IllegalArgumentException if the operation is {@link Operation#READ}, which allows no append
     */
    public ProvidedEvent<T> withOperation(Operation newOperation) {
        if (newOperation == Operation.READ) {
            throw new IllegalArgumentException("event type '" + type + "' cannot take 'read', which allows no append;"
                    + " use append, process, approve, control, deploy or admin");
        }
        return new ProvidedEvent<>(type, payload, isActivating, newOperation, rule, schema, maxBytes);
    }

    /** Unknown fields are ignored. Use it for types that other programs write too. */
    public ProvidedEvent<T> ignoringUnknownFields() {
        return new ProvidedEvent<>(
                type, payload.ignoringUnknownFields(), isActivating, operation, rule, schema, maxBytes);
    }

    /** A rule for the payload beyond the types of its fields; it replaces an earlier one. None by default. */
    public ProvidedEvent<T> withRule(PayloadRule<? super T> newRule) {
        return new ProvidedEvent<>(type, payload, isActivating, operation, Optional.of(newRule), schema, maxBytes);
    }

    /**
     * A JSON schema of the payload for the OpenAPI document; none by default. It is only documentation: payloads are
     * not checked against it.
     *
     * @param newSchema an object, in the dialect of OpenAPI 3.1 (JSON Schema 2020-12)
     * @throws IllegalArgumentException if it is not an object
     */
    public ProvidedEvent<T> withSchema(JsonNode newSchema) {
        if (!newSchema.isObject()) {
            throw new IllegalArgumentException(
                    "schema of event type '" + type + "' must be an object, got " + newSchema.getNodeType());
        }
        return new ProvidedEvent<>(
                type, payload, isActivating, operation, rule, Optional.of(newSchema.<JsonNode>deepCopy()), maxBytes);
    }

    /**
     * The largest event of this type, for types that hold more than a message, such as code. None by default: then the
     * limit of the host for all types applies. A host takes the larger of both, up to its limit for large events
     * (4 MiB by default).
     *
     * @param bytes of the whole event as JSON, 1 or more
     * @throws IllegalArgumentException if it is smaller than 1
     */
    public ProvidedEvent<T> withMaxBytes(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(
                    "the largest event of type '" + type + "' must have 1 byte or more, got " + bytes);
        }
        return new ProvidedEvent<>(type, payload, isActivating, operation, rule, schema, OptionalInt.of(bytes));
    }

    public EventType type() {
        return type;
    }

    public Class<T> payload() {
        return payload.type();
    }

    /** The names of the payload's fields, in the order of the record's components. */
    public List<String> fields() {
        return payload.fields();
    }

    /** True if the first event of the type starts the processor on its stream. */
    public boolean isActivating() {
        return isActivating;
    }

    /** The operation that a token needs for an append. */
    public Operation operation() {
        return operation;
    }

    /** The largest event of this type, in bytes; empty if the limit for all types applies. */
    public OptionalInt maxBytes() {
        return maxBytes;
    }

    /** The schema for the OpenAPI document, read-only. */
    public Optional<JsonNode> schema() {
        return schema;
    }

    /**
     * The path of the page of this type on the class path: {@code META-INF/millrace/events/<type>.md}. In the file
     * name, a leading {@code https://events.iterate.com/events/stream/} or {@code millrace/} is omitted, and every
     * character except letters, digits, {@code .} and {@code _} is a hyphen. The page is Markdown; its first line is
     * the type as a heading: {@code # `reminder-set`}.
     */
    public String page() {
        return pageOf(type);
    }

    /** The path of the page of a type, as {@link #page()}. */
    public static String pageOf(EventType type) {
        String name = type.name();
        for (String prefix : PREFIXES) {
            name = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        }
        return "META-INF/millrace/events/" + name.replaceAll("[^A-Za-z0-9._]", "-") + ".md";
    }

    /**
     * The problems of a payload of this type, as {@link PayloadCheck#problems}.
     *
     * @param json an object
     * @param host the check of other events, for the rule
     */
    public List<String> problems(JsonNode json, PayloadCheck host) {
        StrictPayload.Result<T> read = payload.read(json);
        return rule.flatMap(further -> read.value().map(value -> List.copyOf(further.problems(value, host))))
                .orElse(read.problems());
    }
}
