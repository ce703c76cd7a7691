package dev.millrace.core;

import static dev.millrace.core.internal.payload.PayloadSchema.Kind.ANY;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.BOOLEAN;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.INTEGER;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.NON_EMPTY_TEXT;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.OBJECT;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.POSITIVE_INTEGER;
import static dev.millrace.core.internal.payload.PayloadSchema.Kind.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.internal.payload.PayloadSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The event types that the service itself understands, and the rules of their payloads. Providers bring the types of
 * their processors ({@code ProcessorProvider}).
 *
 * <p>The service writes a type as {@link #type()}. On input each of its {@link #spellings()} means the same built-in;
 * the event is stored as it was written.
 *
 * @since 0.1
 */
public enum BuiltInType {
    /** The stream was created. Exactly once, at offset 1, written by the service. */
    INITIALIZED(
            StreamEvent.Initialized.class,
            schema().required("projectSlug", NON_EMPTY_TEXT)
                    .required("path", NON_EMPTY_TEXT)
                    .optional("forkedFrom", OBJECT)),
    /** A stream below this one was created. */
    CHILD_STREAM_CREATED(StreamEvent.ChildStreamCreated.class, schema().required("childPath", NON_EMPTY_TEXT)),
    /** New metadata of the stream; they replace the old metadata as a whole. */
    METADATA_UPDATED(StreamEvent.MetadataUpdated.class, schema().required("metadata", OBJECT)),
    /** A record of a failure; it changes nothing. */
    ERROR_OCCURRED(
            StreamEvent.ErrorOccurred.class,
            schema().required("message", NON_EMPTY_TEXT).optional("error", OBJECT)),
    /** An input that breaks the append rules, stored unchanged in the payload. */
    INVALID_EVENT_APPENDED(
            StreamEvent.InvalidEventAppended.class,
            schema().required("rawInput", ANY)
                    .required("error", TEXT)
                    .ofService("request", OBJECT)
                    .ofService("verified", OBJECT)),
    /** The stream refuses appends after this event. */
    PAUSED(StreamEvent.Paused.class, schema().optional("reason", TEXT)),
    /** The stream accepts appends again. */
    RESUMED(StreamEvent.Resumed.class, schema().optional("reason", TEXT)),
    /** A template with which the UI shows matching events. */
    HTML_RENDERER_CONFIGURED(
            "https://events.iterate.com/events/stream/html-renderer-configured",
            schema().required("slug", NON_EMPTY_TEXT)
                    .required("matcher", NON_EMPTY_TEXT)
                    .required("template", TEXT)),
    /** The server runs a processor, named by the payload, on this stream or on its subtree. */
    PROCESSOR_ATTACHED(
            StreamEvent.ProcessorAttached.class,
            schema().required("processor", NON_EMPTY_TEXT)
                    .optional("config", OBJECT)
                    .optional("subtree", BOOLEAN)),
    /** The server no longer runs that processor here. */
    PROCESSOR_DETACHED(StreamEvent.ProcessorDetached.class, schema().required("processor", NON_EMPTY_TEXT)),
    /** A process holds the lease of a processor on another stream, until the next epoch is claimed. */
    LEASE_CLAIMED(StreamEvent.LeaseClaimed.class, lease()),
    /** The lease holder extends its lease by the same time. */
    LEASE_RENEWED(StreamEvent.LeaseRenewed.class, lease()),
    /** The lease holder gives its lease back; another process may claim the next one at once. */
    LEASE_RELEASED(StreamEvent.LeaseReleased.class, lease()),
    /** An effect failed, after all retries; the processor continued with the next event. */
    EFFECT_FAILED(StreamEvent.EffectFailed.class, failure().required("attempts", POSITIVE_INTEGER)),
    /** A reducer threw, so its state is not reliable; the processor stopped on this stream. */
    PROCESSOR_HALTED(StreamEvent.ProcessorHalted.class, failure()),
    /** A payload does not fit the class that a processor has for its type. */
    PAYLOAD_MALFORMED(StreamEvent.PayloadMalformed.class, failure()),
    /** The progress of a processor on another stream; of each processor and stream, the newest counts. */
    PROGRESS_SAVED(
            StreamEvent.ProgressSaved.class,
            schema().required("slug", NON_EMPTY_TEXT)
                    .required("path", NON_EMPTY_TEXT)
                    .required("incarnation", TEXT)
                    .required("acknowledgedThrough", INTEGER)
                    .and(BuiltInType::anOffsetOfAStream));

    private static final Map<String, BuiltInType> BY_SPELLING = bySpelling();

    private final EventType type;
    private final PayloadSchema schema;

    BuiltInType(Class<?> payload, PayloadSchema schema) {
        this.type = EventType.of(payload);
        this.schema = schema;
    }

    BuiltInType(String name, PayloadSchema schema) {
        this.type = EventType.of(name);
        this.schema = schema;
    }

    /** The built-in type with this spelling. */
    public static Optional<BuiltInType> of(String type) {
        return Optional.ofNullable(BY_SPELLING.get(type));
    }

    public boolean matches(String type) {
        return this.type.matches(type);
    }

    /** The spelling in which the service writes the type. */
    public String type() {
        return type.name();
    }

    public EventType eventType() {
        return type;
    }

    /** All spellings, {@link #type()} included. A read that filters by type needs them all. */
    public Set<String> spellings() {
        return type.spellings();
    }

    /** The problems of a payload of this type, one line each; empty if it fits. */
    public List<String> problems(JsonNode payload) {
        return schema.problems(payload);
    }

    /** The fields that a payload of this type may have; any other field is a problem. */
    public List<String> fields() {
        return schema.fields();
    }

    private static PayloadSchema schema() {
        return PayloadSchema.empty();
    }

    private static PayloadSchema lease() {
        return schema().required("slug", NON_EMPTY_TEXT)
                .required("holder", NON_EMPTY_TEXT)
                .required("epoch", POSITIVE_INTEGER)
                .required("lease", NON_EMPTY_TEXT);
    }

    private static PayloadSchema failure() {
        return schema().required("processor", NON_EMPTY_TEXT)
                .required("version", INTEGER)
                .required("source", OBJECT)
                .required("message", NON_EMPTY_TEXT)
                .optional("attempt", TEXT)
                .optional("error", OBJECT);
    }

    private static void anOffsetOfAStream(JsonNode payload, List<String> problems) {
        JsonNode through = payload.get("acknowledgedThrough");
        if (!through.canConvertToLong() || through.longValue() < 0) {
            problems.add("payload.acknowledgedThrough: expected 0 or more, got " + through);
        }
        try {
            new StreamPath(payload.get("path").textValue());
        } catch (IllegalArgumentException e) {
            problems.add("payload.path: " + e.getMessage());
        }
    }

    private static Map<String, BuiltInType> bySpelling() {
        Map<String, BuiltInType> spellings = new HashMap<>();
        for (BuiltInType builtIn : values()) {
            builtIn.spellings().forEach(spelling -> spellings.put(spelling, builtIn));
        }
        return Map.copyOf(spellings);
    }
}
