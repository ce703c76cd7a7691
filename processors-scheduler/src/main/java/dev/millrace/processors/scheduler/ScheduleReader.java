package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A reader for the {@code schedule} of an event that collects its problems. */
final class ScheduleReader {
    private static final Map<String, String> FIELD_BY_KIND =
            Map.of("once-at", "at", "once-in", "delaySeconds", "every", "intervalSeconds", "cron", "cron");

    private final String where;
    private final List<String> problems;

    /** {@code where} is the prefix of field names; {@code problems} receives one line per problem. */
    ScheduleReader(String where, List<String> problems) {
        this.where = where;
        this.problems = problems;
    }

    /** The schedule; empty if there is a problem. */
    Optional<Schedule> read(JsonNode json) {
        String kind = json.path("kind").asText();
        String field = FIELD_BY_KIND.get(kind);
        if (!json.path("kind").isTextual() || field == null) {
            return bad("kind", "one of once-at, once-in, every and cron", json.get("kind"));
        }
        int before = problems.size();
        json.fieldNames().forEachRemaining(name -> {
            if (!name.equals("kind") && !name.equals(field)) {
                problems.add(
                        where + "." + QuotedValues.shorten(name) + ": unknown field of a schedule of kind " + kind);
            }
        });
        Optional<Schedule> read = read(kind, field, json.path(field));
        return problems.size() == before ? read : Optional.empty();
    }

    private Optional<Schedule> read(String kind, String field, JsonNode value) {
        return switch (kind) {
            case "once-at" -> time(field, value).map(Schedule.OnceAt::new);
            case "once-in" -> seconds(field, value).map(Schedule.OnceIn::new);
            case "every" -> seconds(field, value).map(Schedule.Every::new);
            default -> cron(field, value).map(Schedule.Times::new);
        };
    }

    private Optional<Integer> seconds(String field, JsonNode value) {
        boolean positive = value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0;
        return positive ? Optional.of(value.intValue()) : bad(field, "a positive integer", value);
    }

    private Optional<Instant> time(String field, JsonNode value) {
        try {
            if (value.isTextual()) {
                return Optional.of(OffsetDateTime.parse(value.textValue()).toInstant());
            }
        } catch (DateTimeParseException notATime) {
            // reported below
        }
        return bad(field, "an ISO-8601 time with an offset, 2026-01-31T09:00:00Z say", value);
    }

    private Optional<Cron> cron(String field, JsonNode value) {
        if (!value.isTextual()) {
            return bad(field, "a cron expression of five fields", value);
        }
        try {
            return Optional.of(Cron.of(value.textValue()));
        } catch (IllegalArgumentException e) {
            problems.add(where + "." + field + ": expected a cron expression of five fields, got "
                    + QuotedValues.describe(value) + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private <T> Optional<T> bad(String field, String expected, @Nullable JsonNode value) {
        problems.add(where + "." + field + ": expected " + expected + ", got " + QuotedValues.describe(value));
        return Optional.empty();
    }
}
