package dev.millrace.store.sqlite;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.Optional;

/** Records for tests. */
final class Records {
    static final StreamKey STREAM = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of("/stream"));

    private Records() {}

    /** Appends one record of this size in its own commit. */
    static void append(EventStore store, int bytes) {
        ProposalDraft draft = new ProposalDraft(store);
        append(draft, bytes);
        draft.commit();
    }

    static void append(ProposalDraft draft, int bytes) {
        long offset = draft.head(STREAM).map(StreamHead::lastOffset).orElse(0L) + 1;
        draft.append(STREAM, Instant.ofEpochMilli(offset), "said", Optional.of("key-" + offset), new byte[bytes]);
    }

    static long lastOffset(EventStore store) {
        return store.head(STREAM).map(StreamHead::lastOffset).orElse(0L);
    }
}
