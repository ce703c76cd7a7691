package dev.millrace.testkit.internal.event;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A factory of stores that contain a given log, with its offsets, times and keys. */
public final class PreloadedStore {
    private PreloadedStore() {}

    public static EventStore of(List<Event> events) {
        InMemoryEventStore store = new InMemoryEventStore();
        Map<StreamPath, List<EventRecord>> logs = new LinkedHashMap<>();
        Map<StreamPath, StreamHead> heads = new HashMap<>();
        long position = 0;
        for (Event event : events) {
            StreamHead before = heads.get(event.path());
            boolean paused = BuiltInType.PAUSED.matches(event.type())
                    || (before != null && before.paused() && !BuiltInType.RESUMED.matches(event.type()));
            heads.put(event.path(), new StreamHead("given", event.offset(), event.createdAt(), paused));
            logs.computeIfAbsent(event.path(), path -> new ArrayList<>())
                    .add(new EventRecord(
                            ++position,
                            event.path(),
                            event.offset(),
                            event.createdAt(),
                            event.type(),
                            event.idempotencyKey(),
                            EventRecord.bodyOf(event)));
        }
        heads.forEach((path, head) -> store.load(
                new StreamKey(ProjectSlug.defaultProject(), path), head, logs.getOrDefault(path, List.of())));
        return store;
    }
}
