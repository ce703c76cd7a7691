package dev.millrace.contracts.store;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The store under test, with helpers for the tests of its promises. */
interface StoreSubject {
    /** The time of the events. */
    Instant EPOCH = Instant.parse("2026-01-01T00:00:00.123Z");

    /** The open store; empty when the test began. */
    EventStore store();

    /** Closes the store under test and opens it again over the same data; it is then {@link #store()}. */
    EventStore reopened();

    /** True if data are still there after {@link #reopened()}. */
    boolean survivesReopen();

    /** Changes one byte of the stored JSON of an event beneath the store; false if the store cannot be damaged. */
    boolean damage(StreamKey stream, long offset);

    static StreamKey stream(String path) {
        return new StreamKey(ProjectSlug.defaultProject(), StreamPath.of(path));
    }

    /** Commits a proposal, and returns the records that it appended. */
    default List<EventRecord> commit(Consumer<ProposalDraft> work) {
        ProposalDraft draft = new ProposalDraft(store());
        work.accept(draft);
        return draft.commit();
    }

    /** Appends events of one type, each in its own commit. */
    default void given(StreamKey stream, String type, int count) {
        for (int i = 0; i < count; i++) {
            commit(draft -> append(draft, stream, type));
        }
    }

    static void append(ProposalDraft draft, StreamKey stream, String type) {
        append(draft, stream, type, Optional.empty(), body(type));
    }

    static void append(ProposalDraft draft, StreamKey stream, String type, String key) {
        append(draft, stream, type, Optional.of(key), body(type));
    }

    static void append(ProposalDraft draft, StreamKey stream, String type, Optional<String> key, byte[] body) {
        draft.append(stream, EPOCH, type, key, body);
    }

    private static byte[] body(String type) {
        return ("\"type\":\"" + type + "\"").getBytes(StandardCharsets.UTF_8);
    }

    default List<EventRecord> all(StreamKey stream) {
        return store().read(stream, RecordRange.after(0, Integer.MAX_VALUE));
    }
}
