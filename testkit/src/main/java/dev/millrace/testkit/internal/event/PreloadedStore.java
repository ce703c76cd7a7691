package dev.millrace.testkit.internal.event;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;

/** A factory of stores that contain a given log, with its offsets, times and keys. */
public final class PreloadedStore {
    private PreloadedStore() {}

    public static EventStore of(List<Event> events) {
        EventStore store = new InMemoryEventStore();
        boolean paused = false;
        for (Event event : events) {
            paused = BuiltInType.PAUSED.matches(event.type()) || (paused && !BuiltInType.RESUMED.matches(event.type()));
            StreamHead head = new StreamHead("given", event.offset(), event.createdAt(), paused);
            try (EventStore.Transaction transaction = store.begin()) {
                transaction.append(
                        new StreamKey(ProjectSlug.defaultProject(), event.path()),
                        head,
                        new EventRecord(
                                transaction.nextPosition(),
                                event.path(),
                                event.offset(),
                                event.createdAt(),
                                event.type(),
                                event.idempotencyKey(),
                                EventRecord.bodyOf(event)));
                transaction.commit();
            }
        }
        return store;
    }
}
