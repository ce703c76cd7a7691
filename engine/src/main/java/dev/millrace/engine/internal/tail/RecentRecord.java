package dev.millrace.engine.internal.tail;

import dev.millrace.core.Event;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that this engine has just stored. Its readers in this process get the same event, which parses its JSON once
 * for all of them; the event is dropped when the last of them has it. Thread-safe.
 */
final class RecentRecord {
    private final EventRecord record;
    private int waiting;
    private @Nullable Event event;

    /** Creates it; {@code readers} is how many readers will ask for the event. A later one gets an event of its own. */
    RecentRecord(EventRecord record, int readers) {
        this.record = record;
        this.waiting = readers;
    }

    EventRecord record() {
        return record;
    }

    /** The event for one reader. */
    synchronized Event event() {
        Event shared = event == null ? StoredEvents.justStored(record) : event;
        waiting--;
        event = waiting > 0 ? shared : null;
        return shared;
    }
}
