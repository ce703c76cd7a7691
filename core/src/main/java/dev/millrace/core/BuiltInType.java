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
 * The event types that mean something to the service itself, and what their payloads must look like. Those of processors
 * are brought by their providers.
 *
 * <p>Each is written as {@link #type()}. On input every other spelling ({@link #spellings()}) means the same built-in, and
 * the event is stored as it was written.
 */
public enum BuiltInType {
    /** A stream came to be; exactly once, at offset 1, written by the service. */
    INITIALIZED(
            StreamEvent.Initialized.class,
            schema().required("projectSlug", NON_EMPTY_TEXT)
                    .required("path", NON_EMPTY_TEXT)
                    .optional("forkedFrom", OBJECT)),
    /** A stream somewhere below this one came to be. */
    CHILD_STREAM_CREATED(StreamEvent.ChildStreamCreated.class, schema().required("childPath", NON_EMPTY_TEXT)),
    /** The stream's metadata, replaced as a whole. */
    METADATA_UPDATED(StreamEvent.MetadataUpdated.class, schema().required("metadata", OBJECT)),
    /** Something failed; a record without effect. */
    ERROR_OCCURRED(
            StreamEvent.ErrorOccurred.class,
            schema().required("message", NON_EMPTY_TEXT).optional("error", OBJECT)),
    /** An input that broke the append rules, kept whole. */
    INVALID_EVENT_APPENDED(
            StreamEvent.InvalidEventAppended.class,
            schema().required("rawInput", ANY).required("error", TEXT)),
    /** From here on the stream refuses appends. */
    PAUSED(StreamEvent.Paused.class, schema().optional("reason", TEXT)),
    /** The stream accepts appends again. */
    RESUMED(StreamEvent.Resumed.class, schema().optional("reason", TEXT)),
    /** How the UI shows matching events. */
    HTML_RENDERER_CONFIGURED(
            "https://events.iterate.com/events/stream/html-renderer-configured",
            schema().required("slug", NON_EMPTY_TEXT)
                    .required("matcher", NON_EMPTY_TEXT)
                    .required("template", TEXT)),
    /** A processor that the server knows by name now runs on this stream, or on its whole subtree. */
    PROCESSOR_ATTACHED(
            StreamEvent.ProcessorAttached.class,
            schema().required("processor", NON_EMPTY_TEXT)
                    .optional("config", OBJECT)
                    .optional("subtree", BOOLEAN)),
    /** That processor no longer runs here. */
    PROCESSOR_DETACHED(StreamEvent.ProcessorDetached.class, schema().required("processor", NON_EMPTY_TEXT)),
    /** A process has the lease of a processor on another stream, from here on and until the next epoch is claimed. */
    LEASE_CLAIMED(StreamEvent.LeaseClaimed.class, lease()),
    /** It still has it, and for as long again. */
    LEASE_RENEWED(StreamEvent.LeaseRenewed.class, lease()),
    /** It needs it no more; the next one need not wait. */
    LEASE_RELEASED(StreamEvent.LeaseReleased.class, lease()),
    /** An effect failed for good, retries included; the processor went on with the next event. */
    EFFECT_FAILED(StreamEvent.EffectFailed.class, failure().required("attempts", POSITIVE_INTEGER)),
    /** A reducer threw; its state cannot be trusted, so this processor of this stream stopped. */
    PROCESSOR_HALTED(StreamEvent.ProcessorHalted.class, failure()),
    /** A payload did not fit the class a processor has for its type. */
    PAYLOAD_MALFORMED(StreamEvent.PayloadMalformed.class, failure()),
    /** How far a processor has come on a stream, kept in another stream; the newest of each processor and stream counts. */
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

    /** The built-in type that is spelled so, if any. */
    public static Optional<BuiltInType> of(String type) {
        return Optional.ofNullable(BY_SPELLING.get(type));
    }

    /** Whether {@code type} is one of the spellings of this built-in. */
    public boolean matches(String type) {
        return this.type.matches(type);
    }

    /** The spelling in which the service writes it. */
    public String type() {
        return type.name();
    }

    /** The type with its spellings. */
    public EventType eventType() {
        return type;
    }

    /** Every spelling of this built-in, {@link #type()} included; for reads that filter by type as written. */
    public Set<String> spellings() {
        return type.spellings();
    }

    /** What is wrong with a payload of this type, one line a problem; empty when it fits. */
    public List<String> problems(JsonNode payload) {
        return schema.problems(payload);
    }

    /** The names of the fields that a payload of this type may have; what else it has is a problem. */
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
