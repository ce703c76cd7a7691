package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.hosting.StateSlice;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.scheduler.ScheduleEvent.AppendScheduled;
import dev.millrace.processors.scheduler.ScheduleEvent.Cancelled;
import dev.millrace.processors.scheduler.ScheduleEvent.Configured;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionFinished;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionStarted;
import java.util.List;
import java.util.Set;

/**
 * The provider of the {@link Scheduler}, which runs on every stream with a schedule. Refuses invalid schedules.
 *
 * @since 0.1
 */
public final class SchedulerProvider implements ProcessorProvider {
    private static final Set<String> SHARED = Set.of(
            "callback",
            "payloadJson",
            "schedule",
            "nextRunAt",
            "executionCount",
            "running",
            "executionStartedAt",
            "createdAt");

    @Override
    public String name() {
        return Scheduler.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                controlEvent(AppendScheduled.class).withRule(ScheduleRules::ofRequest),
                controlEvent(Configured.class).withRule(ScheduleRules::ofConfiguration),
                controlEvent(Cancelled.class),
                controlEvent(ExecutionStarted.class).withRule(ScheduleRules::ofStart),
                controlEvent(ExecutionFinished.class).withRule(ScheduleRules::ofEnd));
    }

    private static <T extends ScheduleEvent> ProvidedEvent<T> controlEvent(Class<T> payload) {
        return ProvidedEvent.of(payload).activating().withOperation(Operation.CONTROL);
    }

    /** A scheduler that uses the host's clock; ignores the configuration. */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new Scheduler(context.timers(), context.payloads());
    }

    /** The slice is the map of the schedules, so each of them has a field for what only this scheduler has. */
    @Override
    public JsonNode stateSlice(JsonNode state) {
        ObjectNode slice = JsonNodeFactory.instance.objectNode();
        state.properties().forEach(entry -> slice.set(entry.getKey(), StateSlice.of(entry.getValue(), SHARED)));
        return slice;
    }
}
