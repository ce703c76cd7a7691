package dev.millrace.engine.internal.tail;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of all streams, so that all readers of one in this process get the same object, which parses its
 * JSON once. It keeps no event in memory that is not in use. Thread-safe.
 */
public final class SharedEvents {
    private static final int MOST = 4096;

    private record Slot(long position, WeakReference<Event> event) {}

    private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(MOST);

    /** The event of a record that this engine has just stored. Nothing is parsed. */
    public Event of(StreamPath path, EventRecord record) {
        int index = (int) (record.position() % MOST);
        @Nullable Event created = null;
        while (true) {
            Slot known = slots.get(index);
            Event shared = known == null || known.position != record.position() ? null : known.event.get();
            if (shared != null) {
                return shared;
            }
            if (created == null) {
                created = StoredEvents.justStored(path, record);
            }
            if (slots.compareAndSet(index, known, new Slot(record.position(), new WeakReference<>(created)))) {
                return created;
            }
        }
    }
}
