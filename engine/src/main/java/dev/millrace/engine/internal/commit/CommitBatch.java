package dev.millrace.engine.internal.commit;

import dev.millrace.engine.internal.append.PendingRecord;
import dev.millrace.engine.internal.commit.CommittedChanges.Offsets;
import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The changes of one group, and the facts on which they depend. Later requests of the group see the changes of earlier
 * ones. After the commit it has the records as they were stored. Exceptions of the store become a {@link
 * StoreFailedException}, to distinguish them from refusals. For one thread.
 */
public final class CommitBatch {
    private static final long NOT_STORED = 0;

    private final Facts facts;
    private final Set<Belief> beliefs = new LinkedHashSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<StreamKey, Optional<StreamHead>> heads = new HashMap<>();
    private final Map<StreamKey, Map<String, EventRecord>> keys = new HashMap<>();
    private final List<Consumer<Placement>> placed = new ArrayList<>();
    private final IdentityHashMap<EventRecord, EventRecord> stored = new IdentityHashMap<>();
    private final Map<StreamKey, List<EventRecord>> appended = new LinkedHashMap<>();
    private final Map<StreamKey, Offsets> copied = new LinkedHashMap<>();
    private final Map<StreamKey, Long> removed = new LinkedHashMap<>();
    private long positions;
    private long firstPosition;

    CommitBatch(Facts facts) {
        this.facts = facts;
    }

    /** The head of a stream after the changes so far; the group is stored only if it exists, or not, as now. */
    public Optional<StreamHead> head(StreamKey stream) {
        return heads.computeIfAbsent(stream, key -> {
            Optional<StreamHead> head = calling(() -> facts.head(key));
            beliefs.add(head.<Belief>map(known -> new Belief.Present(key, known.incarnation(), known.paused()))
                    .orElseGet(() -> new Belief.Absent(key)));
            return head;
        });
    }

    /**
     * The group is stored only if no other process appends to the stream before. This holds also if the group itself has
     * appended to it already: its own events get the offsets that it expects only then.
     */
    public void requireEnd(StreamKey stream) {
        calling(() -> facts.head(stream)).ifPresent(head -> beliefs.add(new Belief.EndsAt(stream, head.lastOffset())));
    }

    /**
     * The record under a key after the changes so far. One of this group has no position yet, and the offset that it
     * will probably get: see {@link #stored}.
     */
    public Optional<EventRecord> find(StreamKey stream, String key) {
        EventRecord own = keys.getOrDefault(stream, Map.of()).get(key);
        return own != null ? Optional.of(own) : calling(() -> facts.find(stream, key));
    }

    /** As {@link #find}; the group is stored only if the key is taken, or not, as now. */
    public boolean isTaken(StreamKey stream, String key) {
        boolean taken = find(stream, key).isPresent();
        if (!keys.getOrDefault(stream, Map.of()).containsKey(key)) {
            beliefs.add(new Belief.Key(stream, key, taken));
        }
        return taken;
    }

    /** Adds an event. The record that it returns is not stored yet: see {@link #stored}. */
    public EventRecord append(StreamKey stream, PendingRecord event) {
        EventRecord record = add(stream, event);
        appended.computeIfAbsent(stream, key -> new ArrayList<>()).add(record);
        return record;
    }

    private EventRecord add(StreamKey stream, PendingRecord event) {
        StreamHead head = event.head();
        changes.add(new Change.Append(
                stream,
                head.incarnation(),
                head.paused(),
                head.lastCreatedAt(),
                event.type(),
                event.key(),
                event.body()));
        EventRecord record = event.at(NOT_STORED, stream.path());
        placed.add(placement -> stored.put(record, record.at(placement)));
        positions++;
        heads.put(stream, Optional.of(head));
        event.key()
                .ifPresent(key ->
                        keys.computeIfAbsent(stream, any -> new HashMap<>()).put(key, record));
        return record;
    }

    /**
     * Creates a stream from a first event and copies of another stream's records. They are not read: no
     * tail can wait for them, and they can be many.
     */
    public void fork(StreamKey stream, PendingRecord first, Change.Copy copy, StreamHead head) {
        add(stream, first);
        if (copy.throughOffset() > copy.afterOffset()) {
            changes.add(copy);
            positions += copy.throughOffset() - copy.afterOffset();
        }
        heads.put(stream, Optional.of(head));
        copied.put(stream, new Offsets(1, copy.throughOffset()));
    }

    /** Creates a stream from all its records, in order. They are not kept, as those of a fork. */
    public void importAll(StreamKey stream, List<PendingRecord> records) {
        records.forEach(record -> add(stream, record));
        copied.put(stream, new Offsets(1, records.get(records.size() - 1).head().lastOffset()));
    }

    /** Removes a stream. Only in a group that appends nothing. */
    public void remove(StreamKey stream) {
        changes.add(new Change.Remove(stream));
        heads.put(stream, Optional.empty());
        placed.add(placement -> removed.put(stream, placement.position()));
        positions++;
    }

    void saveCursor(CursorKey key, EventStore.Cursor cursor) {
        changes.add(new Change.SaveCursor(key.stream(), key.processor(), cursor));
    }

    /** Stores the changes; throws {@link StaleFactsException} if they must be decided again. */
    void commit(EventStore store) {
        if (changes.isEmpty()) {
            return;
        }
        List<Placement> placements =
                calling(() -> store.commit(new Proposal(facts.moment(), List.copyOf(beliefs), changes)));
        for (int i = 0; i < placements.size(); i++) {
            placed.get(i).accept(placements.get(i));
        }
        firstPosition = placements.isEmpty() ? 0 : placements.get(0).position();
        appended.values().forEach(records -> records.replaceAll(this::stored));
    }

    /** A record of this group as it was stored, with the position, offset and time that it got; or the record itself. */
    public EventRecord stored(EventRecord record) {
        return stored.getOrDefault(record, record);
    }

    /** What was committed. */
    CommittedChanges committed() {
        return new CommittedChanges(appended, copied, removed);
    }

    /** The first position of what was committed; 0 if no position was taken. */
    long firstPosition() {
        return firstPosition;
    }

    /** The last position of what was committed; 0 if no position was taken. */
    long lastPosition() {
        return firstPosition == 0 ? 0 : firstPosition + positions - 1;
    }

    private static <T> T calling(Supplier<T> store) {
        try {
            return store.get();
        } catch (StaleFactsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new StoreFailedException(e);
        }
    }
}
