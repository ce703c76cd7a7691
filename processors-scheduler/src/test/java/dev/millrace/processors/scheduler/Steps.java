package dev.millrace.processors.scheduler;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.util.List;
import java.util.Locale;

/** Writes a log of schedules as short lines; times are seconds from the start of the test. */
final class Steps {
    private static final EventCatalog CATALOG = EventCatalog.of(ScheduleEvent.class);

    private final long start;

    Steps(long startEpochSecond) {
        this.start = startEpochSecond;
    }

    /** One line per event, without the first event of the stream. */
    List<String> of(List<Event> log) {
        return log.stream().skip(1).map(this::of).toList();
    }

    private String of(Event event) {
        Object payload = event.decodedBy(CATALOG).payload();
        if (payload instanceof ScheduleEvent.AppendScheduled asked) {
            return asked.slug() + " asked for";
        }
        if (payload instanceof ScheduleEvent.Configured configured) {
            return configured.slug() + " configured for " + (configured.nextRunAt() - start);
        }
        if (payload instanceof ScheduleEvent.Cancelled cancelled) {
            return cancelled.slug() + " cancelled";
        }
        if (payload instanceof ScheduleEvent.ExecutionStarted started) {
            return started.slug() + " started at " + (started.startedAt() - start);
        }
        if (payload instanceof ScheduleEvent.ExecutionFinished finished) {
            return finished.slug() + " " + finished.outcome() + ", next "
                    + finished.nextRunAt()
                            .map(next -> String.valueOf(next - start))
                            .orElse("never");
        }
        return BuiltInType.of(event.type())
                .map(type -> type.name().toLowerCase(Locale.ROOT))
                .orElse(event.type());
    }
}
