package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.spi.EventRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A comparison of an input with the event that is stored under its key. */
final class IdempotencyKeyConflict {
    private static final List<String> COMPARED = List.of("type", "payload", "metadata");

    /** Compares numbers by value: 1, 1.0 and 1e0 are equal. */
    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private IdempotencyKeyConflict() {}

    /** True if type, payload or metadata differ as JSON values. */
    static boolean between(PreparedEvent preparedEvent, EventRecord stored) {
        byte[] opening = preparedEvent.opening();
        int mismatch = Arrays.mismatch(opening, stored.json());
        if (mismatch < 0 || mismatch >= opening.length) {
            return false; // the usual retry: the same bytes
        }
        JsonNode ours = JsonCodec.parse(EventJsonWriter.complete(opening, stored.offset(), Instant.EPOCH));
        JsonNode theirs;
        try {
            theirs = JsonCodec.parse(stored.json());
        } catch (IllegalArgumentException e) {
            return true; // an input that could not be decoded either would have been refused
        }
        return COMPARED.stream().anyMatch(field -> !ours.path(field).equals(AS_VALUES, theirs.path(field)));
    }
}
