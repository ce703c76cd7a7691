package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import java.util.List;
import java.util.Locale;

/** A log of schedules as one reads it aloud; times are seconds from the start of the test. */
final class Steps {
    private final long start;

    Steps(long startEpochSecond) {
        this.start = startEpochSecond;
    }

    /** One line an event, without the first event of the stream. */
    List<String> of(List<Event> log) {
        return log.stream().skip(1).map(this::of).toList();
    }

    private String of(Event event) {
        BuiltInType type = BuiltInType.of(event.type()).orElse(null);
        JsonNode payload = event.payloadJson();
        String slug = payload.path("slug").asText();
        if (type == null) {
            return event.type();
        }
        return switch (type) {
            case APPEND_SCHEDULED -> slug + " asked for";
            case SCHEDULE_CONFIGURED -> slug + " configured for " + time(payload.path("nextRunAt"));
            case SCHEDULE_CANCELLED -> slug + " cancelled";
            case SCHEDULE_EXECUTION_STARTED -> slug + " started at " + time(payload.path("startedAt"));
            case SCHEDULE_EXECUTION_FINISHED ->
                slug + " " + payload.path("outcome").asText() + ", next "
                        + (payload.path("nextRunAt").isNull() ? "never" : time(payload.path("nextRunAt")));
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }

    private long time(JsonNode seconds) {
        return seconds.asLong() - start;
    }
}
