package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventType;
import dev.millrace.core.payload.StrictPayload;
import java.util.List;
import java.util.Optional;

/**
 * An event type that a provider brings, and what a host does with events of that type:
 *
 * <ul>
 *   <li>The payload is read strictly into its class ({@link StrictPayload}), and then a rule may object. An event that does
 *       not fit is kept as {@code invalid-event-appended}.
 *   <li>If it is {@link #activating()}, the first one brings the processor to its stream.
 *   <li>A token must allow the {@link #withOperation operation} to append it.
 *   <li>The page {@link #page()} beside the provider's classes describes it at {@code /api/docs}.
 * </ul>
 *
 * <p>Immutable; each method returns another value.
 *
 * @param <T> the payload class
 */
public final class ProvidedEvent<T> {
    private static final List<String> PREFIXES = List.of("https://events.iterate.com/events/stream/", "millrace/");

    private final EventType type;
    private final StrictPayload<T> payload;
    private final boolean isActivating;
    private final Operation operation;
    private final Optional<PayloadRule<? super T>> rule;
    private final Optional<JsonNode> schema;

    private ProvidedEvent(
            EventType type,
            StrictPayload<T> payload,
            boolean isActivating,
            Operation operation,
            Optional<PayloadRule<? super T>> rule,
            Optional<JsonNode> schema) {
        this.type = type;
        this.payload = payload;
        this.isActivating = isActivating;
        this.operation = operation;
        this.rule = rule;
        this.schema = schema;
    }

    /**
     * An event that activates nothing, takes {@code append}, and whose unknown fields are refused.
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
                Optional.empty());
    }

    /** The first event of the type brings the processor to its stream, which acts on that event and on all after it. */
    public ProvidedEvent<T> activating() {
        return new ProvidedEvent<>(type, payload, true, operation, rule, schema);
    }

    /**
     * What a token must allow for an append; {@link Operation#APPEND} by default. Use {@link Operation#CONTROL} for events
     * that steer a stream, and {@link Operation#DEPLOY} for those that bring code.
     *
     * @throws IllegalArgumentException if the operation is {@link Operation#READ}, which allows no append
     */
    public ProvidedEvent<T> withOperation(Operation newOperation) {
        if (newOperation == Operation.READ) {
            throw new IllegalArgumentException("event type '" + type + "' cannot take 'read', which allows no append;"
                    + " use append, control, deploy or admin");
        }
        return new ProvidedEvent<>(type, payload, isActivating, newOperation, rule, schema);
    }

    /** Unknown fields are passed over. For types that programs of other people write too. */
    public ProvidedEvent<T> ignoringUnknownFields() {
        return new ProvidedEvent<>(type, payload.ignoringUnknownFields(), isActivating, operation, rule, schema);
    }

    /** What a payload must fulfil beyond the types of its fields; nothing by default. Replaces a rule given before. */
    public ProvidedEvent<T> withRule(PayloadRule<? super T> newRule) {
        return new ProvidedEvent<>(type, payload, isActivating, operation, Optional.of(newRule), schema);
    }

    /**
     * A JSON schema of the payload for the OpenAPI document; none by default. It only informs readers: nothing is checked
     * against it.
     *
     * @param newSchema an object, in the dialect of OpenAPI 3.1 (JSON Schema 2020-12)
     * @throws IllegalArgumentException if it is no object
     */
    public ProvidedEvent<T> withSchema(JsonNode newSchema) {
        if (!newSchema.isObject()) {
            throw new IllegalArgumentException(
                    "schema of event type '" + type + "' must be an object, got " + newSchema.getNodeType());
        }
        return new ProvidedEvent<>(
                type, payload, isActivating, operation, rule, Optional.of(newSchema.<JsonNode>deepCopy()));
    }

    /** The type, with all its spellings. */
    public EventType type() {
        return type;
    }

    /** The payload class. */
    public Class<T> payload() {
        return payload.type();
    }

    /** The names of the payload's fields, in the order of the record's components. */
    public List<String> fields() {
        return payload.fields();
    }

    /** Whether the first event of the type brings the processor to its stream. */
    public boolean isActivating() {
        return isActivating;
    }

    /** What a token must allow for an append. */
    public Operation operation() {
        return operation;
    }

    /** The schema for the OpenAPI document. To be treated as read-only. */
    public Optional<JsonNode> schema() {
        return schema;
    }

    /**
     * Where the page of the type is looked for on the class path of the payload class: {@code
     * META-INF/millrace/events/<type>.md}. In the file's name a leading {@code https://events.iterate.com/events/stream/} or
     * {@code millrace/} is left out, and every character but letters, digits, {@code .} and {@code _} is a hyphen. The page
     * is Markdown, and its first line is the type as a heading: {@code # `reminder-set`}.
     */
    public String page() {
        return pageOf(type);
    }

    /** Where the page of a type is looked for; see {@link #page()}. */
    public static String pageOf(EventType type) {
        String name = type.name();
        for (String prefix : PREFIXES) {
            name = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        }
        return "META-INF/millrace/events/" + name.replaceAll("[^A-Za-z0-9._]", "-") + ".md";
    }

    /**
     * What is wrong with a payload of this type.
     *
     * @param json an object
     * @param host what the rule may ask about other events
     * @return as {@link PayloadCheck#problems}
     */
    public List<String> problems(JsonNode json, PayloadCheck host) {
        StrictPayload.Result<T> read = payload.read(json);
        return rule.flatMap(further -> read.value().map(value -> List.copyOf(further.problems(value, host))))
                .orElse(read.problems());
    }
}
