package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Brings a {@link Scheduler} to every stream with a schedule, and refuses schedules that cannot be. */
public final class SchedulerProvider implements ProcessorProvider {
    private static final Set<BuiltInType> TYPES = Set.of(
            BuiltInType.APPEND_SCHEDULED,
            BuiltInType.SCHEDULE_CONFIGURED,
            BuiltInType.SCHEDULE_CANCELLED,
            BuiltInType.SCHEDULE_EXECUTION_STARTED,
            BuiltInType.SCHEDULE_EXECUTION_FINISHED);

    /** The last second of the year 9999. */
    private static final long LATEST = 253_402_300_799L;

    /** Called by {@link java.util.ServiceLoader}. */
    public SchedulerProvider() {}

    @Override
    public String name() {
        return Scheduler.SLUG;
    }

    @Override
    public Set<BuiltInType> activatedBy() {
        return TYPES;
    }

    @Override
    public List<String> problems(BuiltInType type, JsonNode payload) {
        List<String> problems = new ArrayList<>();
        switch (type) {
            case APPEND_SCHEDULED -> {
                new Target("payload.append.", problems).read(payload.path("append"));
                new ScheduleReader("payload.schedule", problems).read(payload.path("schedule"));
            }
            case SCHEDULE_CONFIGURED -> {
                JsonNode json = payload.path("payloadJson");
                if (!json.isTextual() && !json.isNull() && !json.isMissingNode()) {
                    problems.add("payload.payloadJson: expected a string, got " + Words.describe(json));
                }
                new ScheduleReader("payload.schedule", problems).read(payload.path("schedule"));
                seconds("nextRunAt", payload, problems);
            }
            case SCHEDULE_EXECUTION_STARTED -> seconds("startedAt", payload, problems);
            case SCHEDULE_EXECUTION_FINISHED -> {
                JsonNode outcome = payload.path("outcome");
                if (!outcome.asText().equals("succeeded") && !outcome.asText().equals("failed")) {
                    problems.add("payload.outcome: expected 'succeeded' or 'failed', got " + Words.describe(outcome));
                }
                if (!payload.path("nextRunAt").isNull()) {
                    seconds("nextRunAt", payload, problems);
                }
            }
            default -> {
                // nothing beyond the schema
            }
        }
        return problems;
    }

    private static void seconds(String field, JsonNode payload, List<String> problems) {
        JsonNode value = payload.path(field);
        if (!value.canConvertToLong() || value.longValue() < 0 || value.longValue() > LATEST) {
            problems.add("payload." + field + ": expected seconds since the epoch, from 0 to the year 9999, got "
                    + Words.describe(value));
        }
    }

    /** A scheduler by the host's clock; the configuration is not looked at. */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new Scheduler(context.timers());
    }
}
