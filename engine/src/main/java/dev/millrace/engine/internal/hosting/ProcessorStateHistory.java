package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The states of one processor on one incarnation of a stream, at any offset. A state is folded from the nearest earlier
 * one that is kept: the two newest, and those at the multiples of a step. The step starts at 256 events. It doubles
 * when more than {@link #MOST} states are kept, and those between are dropped. States are kept as objects, not as JSON:
 * reducers do not change them, so they share what is equal. Thread-safe.
 */
final class ProcessorStateHistory<S> {
    /** At most so many states are kept at the multiples of the step. */
    static final int MOST = 64;

    private static final int FIRST_STEP = 256;
    private static final int PAGE = 512;
    private static final long PAGE_BYTES = 1 << 20;

    private record Folded<S>(S state, long through) {}

    private final Processor<S> processor;
    private final EventCatalog catalog;
    private final String incarnation;
    private final NavigableMap<Long, Folded<S>> kept = new TreeMap<>();
    private long step = FIRST_STEP;
    private Folded<S> before;
    private Folded<S> newest;
    private volatile int size;

    ProcessorStateHistory(Processor<S> processor, String incarnation) {
        this.processor = processor;
        this.catalog = processor.events();
        this.incarnation = incarnation;
        this.newest = new Folded<>(processor.initialState(), 0);
        this.before = newest;
        kept.put(0L, newest);
    }

    boolean isOf(String streamIncarnation) {
        return incarnation.equals(streamIncarnation);
    }

    /** The number of states that are kept at the multiples of the step. */
    int size() {
        return size;
    }

    /** The state as of this offset. If the stream was destroyed meanwhile, a state before it. */
    synchronized JsonNode at(EventStore store, StreamKey stream, long offset) {
        Folded<S> folded = fold(nearest(offset), store, stream, offset);
        if (folded.through > newest.through) {
            before = newest;
            newest = folded;
        }
        return JsonCodec.toTree(folded.state);
    }

    private Folded<S> nearest(long offset) {
        Folded<S> nearest = kept.floorEntry(offset).getValue();
        for (Folded<S> recent : List.of(before, newest)) {
            if (recent.through <= offset && recent.through > nearest.through) {
                nearest = recent;
            }
        }
        return nearest;
    }

    private Folded<S> fold(Folded<S> from, EventStore store, StreamKey stream, long offset) {
        S state = from.state;
        long through = from.through;
        while (through < offset) {
            int limit = (int) Math.min(PAGE, offset - through);
            List<EventRecord> page =
                    store.read(stream, new RecordRange(through, offset + 1, Set.of(), limit, false, PAGE_BYTES));
            if (page.isEmpty() || !isCurrent(store, stream)) {
                break; // destroyed meanwhile
            }
            for (EventRecord record : page) {
                state = processor.reduce(state, StoredEvents.decode(record).decodedBy(catalog));
                through = record.offset();
                keep(state, through);
            }
        }
        return new Folded<>(state, through);
    }

    private void keep(S state, long through) {
        if (through % step != 0 || kept.putIfAbsent(through, new Folded<>(state, through)) != null) {
            return;
        }
        if (kept.size() > MOST) {
            step *= 2;
            kept.keySet().removeIf(offset -> offset % step != 0);
        }
        size = kept.size();
    }

    private boolean isCurrent(EventStore store, StreamKey stream) {
        return store.head(stream).filter(now -> isOf(now.incarnation())).isPresent();
    }
}
