package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A reader for the event that a schedule appends. It collects the problems for which an append would be refused. */
final class ScheduledEvent {
    private static final EventType INITIALIZED = EventType.of(StreamEvent.Initialized.class);
    private static final EventType RESUMED = EventType.of(StreamEvent.Resumed.class);
    private static final Set<String> FIELDS =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");
    private static final int LONGEST_TYPE = 2048;
    private static final String RESERVED = "millrace/";

    private static final int LONGEST_OFFSET = 1_100; // as for every append

    private final String where;
    private final List<String> problems;
    private final PayloadCheck payloads;

    /** {@code where} is the prefix of field names, with its dot; {@code problems} receives one line per problem. */
    ScheduledEvent(String where, List<String> problems, PayloadCheck payloads) {
        this.where = where;
        this.problems = problems;
        this.payloads = payloads;
    }

    /**
     * Reads the {@code payloadJson} of a schedule.
     *
     * @throws IllegalArgumentException if it is not the JSON text of an event that can be appended
     */
    static EventInput of(Optional<JsonNode> payloadJson, PayloadCheck payloads) {
        String text = payloadJson
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .orElseThrow(() -> new IllegalArgumentException("payloadJson: expected the JSON text of an event"));
        JsonNode event;
        try {
            event = JsonCodec.parse(text);
        } catch (IllegalArgumentException notJson) {
            throw new IllegalArgumentException("payloadJson: expected JSON text; " + notJson.getMessage(), notJson);
        }
        List<String> problems = new ArrayList<>();
        return new ScheduledEvent("payloadJson.", problems, payloads)
                .read(event)
                .orElseThrow(() -> new IllegalArgumentException(String.join("; ", problems)));
    }

    /** Whether the event ends a pause, so that it must not wait for the end of one. */
    static boolean resumes(Optional<JsonNode> payloadJson) {
        boolean perhaps = payloadJson.map(JsonNode::asText).orElse("").contains("resumed");
        try {
            return perhaps && RESUMED.matches(of(payloadJson, PayloadCheck.NONE).type());
        } catch (IllegalArgumentException unusable) {
            return false;
        }
    }

    /** The event; empty if there is a problem. */
    Optional<EventInput> read(JsonNode event) {
        int before = problems.size();
        if (!event.isObject()) {
            problems.add(where.substring(0, where.length() - 1) + ": expected an event (a JSON object), got "
                    + QuotedValues.describe(event));
            return Optional.empty();
        }
        event.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                problems.add(where + QuotedValues.shorten(name) + ": unknown field");
            }
        });
        EventInput.Builder input = EventInput.builder().type(type(event.path("type")));
        object("payload", event).ifPresent(input::payload);
        object("metadata", event).ifPresent(input::metadata);
        object("source", event).ifPresent(input::source);
        key(event).ifPresent(input::idempotencyKey);
        input.offset(offset(event));
        if (problems.size() > before) {
            return Optional.empty();
        }
        EventInput read = input.build();
        check(read);
        return problems.size() > before ? Optional.empty() : Optional.of(read);
    }

    private String type(JsonNode value) {
        String type = value.isTextual() ? value.textValue().strip() : "";
        if (type.isEmpty() || type.length() > LONGEST_TYPE) {
            problems.add(where + "type: expected a string of 1 to " + LONGEST_TYPE + " characters, got "
                    + QuotedValues.describe(value));
        }
        checkWhole("type", type);
        return type;
    }

    private Optional<JsonNode> object(String field, JsonNode event) {
        JsonNode value = event.get(field);
        if (value != null && !value.isObject()) {
            problems.add(where + field + ": expected an object, got " + QuotedValues.describe(value));
        }
        return Optional.ofNullable(value);
    }

    private Optional<String> key(JsonNode event) {
        JsonNode value = event.get("idempotencyKey");
        if (value == null) {
            return Optional.empty();
        }
        String key = value.isTextual() ? value.textValue().strip() : "";
        if (key.isEmpty() || key.startsWith(RESERVED)) {
            problems.add(where + "idempotencyKey: expected a non-empty string that does not begin with '" + RESERVED
                    + "', got " + QuotedValues.describe(value));
        }
        checkWhole("idempotencyKey", key);
        return Optional.of(key);
    }

    /** As for every append: stores keep these texts as UTF-8. */
    private void checkWhole(String field, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            problems.add(where + field + ": expected whole characters, got half of a surrogate pair");
        }
    }

    private OptionalLong offset(JsonNode event) {
        JsonNode value = event.get("offset");
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean isShort = value.isNumber() || value.asText().length() <= LONGEST_OFFSET;
        try {
            long number = isShort ? new BigDecimal(value.asText().strip()).longValueExact() : 0;
            if (number > 0 && (value.isNumber() || value.isTextual())) {
                return OptionalLong.of(number);
            }
        } catch (ArithmeticException | NumberFormatException notAnOffset) {
            // reported below
        }
        problems.add(where + "offset: expected a positive integer, got " + QuotedValues.describe(value));
        return OptionalLong.empty();
    }

    private void check(EventInput event) {
        if (INITIALIZED.matches(event.type())) {
            problems.add(where + "type: a schedule cannot append the first event of a stream; use another type");
        }
        Operation needed = payloads.operation(event.type());
        if (!needed.isDelegable()) {
            problems.add(where + "type: a schedule cannot append '" + QuotedValues.shorten(event.type())
                    + "', which takes '" + needed.word() + "'; let a caller append it");
        }
        payloads.problems(event.type(), event.payload()).forEach(problem -> problems.add(where + problem));
    }
}
