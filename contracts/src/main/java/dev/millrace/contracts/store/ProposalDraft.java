package dev.millrace.contracts.store;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A proposal that a test makes, change by change, without the rules of the engine. For one thread.
 *
 * @since 0.1
 */
public final class ProposalDraft {
    /** The incarnation of the streams that it creates. */
    public static final String INCARNATION = "first";

    private final EventStore store;
    private final Facts facts;
    private final List<Belief> beliefs = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<StreamKey, Optional<StreamHead>> heads = new HashMap<>();

    /** An empty proposal, from the facts of now. */
    public ProposalDraft(EventStore store) {
        this.store = store;
        this.facts = store.facts();
    }

    /** Adds a condition. */
    public ProposalDraft believe(Belief belief) {
        beliefs.add(belief);
        return this;
    }

    /** The head of a stream after the changes so far, if the store gives the offsets and times that it should. */
    public Optional<StreamHead> head(StreamKey stream) {
        return heads.computeIfAbsent(stream, facts::head);
    }

    /** Appends an event; the stream is not paused afterwards. */
    public ProposalDraft append(StreamKey stream, Instant createdAt, String type, Optional<String> key, byte[] body) {
        Optional<StreamHead> head = head(stream);
        String incarnation = head.map(StreamHead::incarnation).orElse(INCARNATION);
        long offset = head.map(StreamHead::lastOffset).orElse(0L) + 1;
        heads.put(stream, Optional.of(new StreamHead(incarnation, offset, createdAt, false)));
        return add(new Change.Append(stream, incarnation, false, createdAt, type, key, body));
    }

    /** Adds any change. */
    public ProposalDraft add(Change change) {
        changes.add(change);
        return this;
    }

    /** Removes a stream. */
    public ProposalDraft remove(StreamKey stream) {
        heads.put(stream, Optional.empty());
        return add(new Change.Remove(stream));
    }

    /** Saves a cursor. */
    public ProposalDraft saveCursor(StreamKey stream, String processor, EventStore.Cursor cursor) {
        return add(new Change.SaveCursor(stream, processor, cursor));
    }

    /** Commits it, and returns the appended records as they were stored, in order. */
    public List<EventRecord> commit() {
        Iterator<Placement> placements = store.commit(new Proposal(facts.moment(), beliefs, changes))
                .iterator();
        List<EventRecord> stored = new ArrayList<>();
        for (Change change : changes) {
            if (change instanceof Change.Append append) {
                stored.add(append.at(placements.next()));
            } else if (change instanceof Change.Remove) {
                placements.next();
            }
        }
        return stored;
    }
}
