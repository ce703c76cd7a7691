package dev.millrace.testkit.internal.event;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;

/** A factory of stores that contain a given log, with its offsets, times and keys. */
public final class PreloadedStore {
    private PreloadedStore() {}

    public static EventStore of(List<Event> events) {
        EventStore store = new InMemoryEventStore();
        List<Change> changes = new ArrayList<>();
        boolean paused = false;
        for (Event event : events) {
            paused = BuiltInType.PAUSED.matches(event.type()) || (paused && !BuiltInType.RESUMED.matches(event.type()));
            changes.add(new Change.Append(
                    new StreamKey(ProjectSlug.defaultProject(), event.path()),
                    "given",
                    paused,
                    event.createdAt(),
                    event.type(),
                    event.idempotencyKey(),
                    EventRecord.bodyOf(event)));
        }
        store.commit(new Proposal(store.facts().moment(), List.of(), changes));
        return store;
    }
}
