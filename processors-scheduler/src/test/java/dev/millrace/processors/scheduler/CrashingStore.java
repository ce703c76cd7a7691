package dev.millrace.processors.scheduler;

import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.ForwardingEventStore;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;

/**
 * A store whose process crashes at the append of a given event: either before the event is durable, or after that and
 * before the append is answered. From then on nothing is written.
 */
final class CrashingStore implements ForwardingEventStore {
    private static final StreamKey STREAM = new StreamKey(ProjectSlug.defaultProject(), Stage.PATH);

    private final EventStore store;
    private final long offset;
    private final boolean durable;
    private volatile boolean crashed;

    /** Crashes at the event with this offset of the stage's stream. */
    CrashingStore(EventStore store, long offset, boolean durable) {
        this.store = store;
        this.offset = offset;
        this.durable = durable;
    }

    boolean isCrashed() {
        return crashed;
    }

    @Override
    public EventStore delegate() {
        return store;
    }

    @Override
    public List<Placement> commit(Proposal proposal) {
        long last = store.head(STREAM).map(StreamHead::lastOffset).orElse(0L);
        long added = proposal.changes().stream()
                .filter(change ->
                        change instanceof Change.Append && change.stream().equals(STREAM))
                .count();
        if (!crashed && last < offset && offset <= last + added) {
            crashed = true;
            if (durable) {
                store.commit(proposal);
            }
        }
        if (crashed) {
            throw new IllegalStateException("the process has crashed at offset " + offset);
        }
        return store.commit(proposal);
    }
}
