package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The schedules of a stream by slug. In JSON an object with one field per schedule. Immutable.
 *
 * @since 0.1
 */
public final class SchedulerState {
    private static final SchedulerState EMPTY = new SchedulerState(new TreeMap<>());

    private static final Comparator<ScheduledRun> ORDER = Comparator.comparingLong(
                    (ScheduledRun scheduledRun) -> scheduledRun.entry().nextRunAt())
            .thenComparing(scheduledRun -> scheduledRun.entry().createdAt())
            .thenComparing(scheduledRun -> scheduledRun.entry().offset());

    private final SortedMap<String, ScheduleEntry> entries;

    private SchedulerState(SortedMap<String, ScheduleEntry> entries) {
        this.entries = Collections.unmodifiableSortedMap(entries);
    }

    static SchedulerState empty() {
        return EMPTY;
    }

    /** The slugs of all schedules. */
    public Set<String> slugs() {
        return entries.keySet();
    }

    Optional<ScheduleEntry> entry(String slug) {
        return Optional.ofNullable(entries.get(slug));
    }

    /** The next run of each schedule in force, in execution order. */
    List<ScheduledRun> ticks() {
        return entries.entrySet().stream()
                .filter(entry -> !entry.getValue().awaitsRewrite())
                .map(entry -> new ScheduledRun(entry.getKey(), entry.getValue()))
                .sorted(ORDER)
                .toList();
    }

    /** The schedules that were requested and are not in force yet, oldest first. */
    List<ScheduledRun> requests() {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue().awaitsRewrite())
                .map(entry -> new ScheduledRun(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(request -> request.entry().offset()))
                .toList();
    }

    SchedulerState with(String slug, ScheduleEntry entry) {
        TreeMap<String, ScheduleEntry> more = new TreeMap<>(entries);
        more.put(slug, entry);
        return new SchedulerState(more);
    }

    SchedulerState without(String slug) {
        if (!entries.containsKey(slug)) {
            return this;
        }
        TreeMap<String, ScheduleEntry> fewer = new TreeMap<>(entries);
        fewer.remove(slug);
        return new SchedulerState(fewer);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static SchedulerState of(Map<String, ScheduleEntry> entries) {
        return new SchedulerState(new TreeMap<>(entries));
    }

    @JsonValue
    Map<String, ScheduleEntry> json() {
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SchedulerState state && entries.equals(state.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
