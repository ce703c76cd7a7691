package dev.millrace.core.internal.effect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.processor.EventDraft;
import java.util.Optional;

/** Factory of failure events. */
public final class FailureEvents {
    private static final int LONGEST_MESSAGE = 2000;

    private FailureEvents() {}

    /**
     * True for a failure event of this processor that was stored without provenance. It counts as {@link #isOwnFailure}
     * while the service does not accept provenance from this processor.
     */
    public static boolean claimsOwnFailure(Event event, String slug) {
        return isFailure(event)
                && event.payloadJson().path("processor").asText().equals(slug);
    }

    /**
     * True for a failure event that this processor appended; it never causes effects in it, which would loop. The
     * payload alone proves nothing: any caller can append such an event.
     */
    public static boolean isOwnFailure(Event event, String slug) {
        return isFailure(event)
                && event.provenance()
                        .filter(origin -> origin.processor().equals(slug))
                        .isPresent();
    }

    public static boolean isFailure(Event event) {
        return isFailure(event.type());
    }

    public static boolean isFailure(String eventType) {
        return BuiltInType.of(eventType)
                .filter(type -> type == BuiltInType.EFFECT_FAILED
                        || type == BuiltInType.PROCESSOR_HALTED
                        || type == BuiltInType.PAYLOAD_MALFORMED)
                .isPresent();
    }

    /** True for a failure at the end of a chain of the greatest depth; it causes no effects in any processor. */
    public static boolean isEndOfChain(Event event) {
        return isFailure(event)
                && event.provenance().isPresent()
                && Chain.of(event).depth() >= Chain.MOST_DEPTH;
    }

    static EventDraft effectFailed(
            ProducerIdentity identity, long offset, Throwable failure, int attempts, Optional<String> name) {
        ObjectNode payload = payload(identity, offset, describe(failure));
        payload.put("attempts", attempts);
        name.ifPresent(text -> payload.put("attempt", text));
        EventDraft draft = draft(BuiltInType.EFFECT_FAILED, payload);
        return name.map(draft::named).orElse(draft);
    }

    static EventDraft halted(ProducerIdentity identity, long offset, Throwable failure) {
        return draft(BuiltInType.PROCESSOR_HALTED, payload(identity, offset, describe(failure)))
                .named("v" + identity.version());
    }

    static EventDraft malformed(ProducerIdentity identity, long offset, MalformedPayload malformed) {
        return draft(
                BuiltInType.PAYLOAD_MALFORMED,
                payload(identity, offset, malformed.type() + " does not fit its class: " + malformed.error()));
    }

    public static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : failure.getClass().getSimpleName() + ": " + message;
    }

    private static ObjectNode payload(ProducerIdentity identity, long offset, String message) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("processor", identity.slug());
        payload.put("version", identity.version());
        payload.putObject("source").put("path", identity.path().value()).put("offset", offset);
        payload.put(
                "message", message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…");
        return payload;
    }

    private static EventDraft draft(BuiltInType type, ObjectNode payload) {
        return EventDraft.of(
                EventInput.builder().type(type.type()).payload(payload).build());
    }
}
