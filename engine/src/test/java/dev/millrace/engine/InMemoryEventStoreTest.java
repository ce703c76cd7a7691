package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The properties of this store that the published contract does not test. */
class InMemoryEventStoreTest {
    private static final StreamKey A = new StreamKey(PUBLIC, path("/a"));
    private static final StreamKey B = new StreamKey(PUBLIC, path("/b"));

    private final InMemoryEventStore store = new InMemoryEventStore();

    @Test
    void should_read_every_kind_of_range() {
        commit(A, 1, 9);

        assertThat(offsets(A, RecordRange.after(4, 3))).containsExactly(5L, 6L, 7L);
        assertThat(offsets(A, new RecordRange(2, 6, Set.of(), 10, false))).containsExactly(3L, 4L, 5L);
        assertThat(offsets(A, new RecordRange(2, 6, Set.of(), 2, true))).containsExactly(5L, 4L);
        assertThat(offsets(A, new RecordRange(0, Long.MAX_VALUE, Set.of("t1"), 2, true)))
                .containsExactly(9L, 7L);
        assertThat(offsets(A, new RecordRange(7, 3, Set.of(), 10, false))).isEmpty();
        assertThat(offsets(A, new RecordRange(9, Long.MAX_VALUE, Set.of(), 10, true)))
                .isEmpty();
        assertThat(offsets(B, RecordRange.after(0, 10))).isEmpty();
    }

    @Test
    void should_never_give_out_a_position_twice_even_for_a_removed_stream() {
        commit(A, 1, 3);
        StoredDirectly.commit(store, new Change.Remove(A));

        commit(A, 1, 1);

        assertThat(store.read(A, RecordRange.after(0, 10)))
                .extracting(EventRecord::position)
                .containsExactly(4L);
        assertThat(store.find(A, "k3")).isEmpty();
    }

    @Test
    void should_keep_cursors_of_the_living_incarnation_only() {
        commit(A, 1, 2);
        StoredDirectly.commit(
                store,
                new Change.SaveCursor(A, "chat", new Cursor("life", 2)),
                new Change.SaveCursor(A, "other", new Cursor("another life", 2)),
                new Change.SaveCursor(B, "chat", new Cursor("life", 1)));

        assertThat(store.cursor(A, "chat")).contains(new Cursor("life", 2));
        assertThat(store.cursor(A, "other")).isEmpty();
        assertThat(store.streamsWithCursor("chat")).containsExactly(A);
        assertThat(store.streamsWith(Set.of("t0"))).containsExactly(A);
        assertThat(store.streamsWith(Set.of("t7"))).isEmpty();
    }

    @Test
    void should_show_all_streams_of_a_commit_at_once() throws InterruptedException {
        AtomicBoolean torn = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                long a = offset(A);
                if (offset(B) < a) {
                    torn.set(true);
                }
            }
        });
        reader.start();
        for (int n = 1; n < 3_000; n++) {
            StoredDirectly.commit(store, event(A, n, ""), event(B, n, ""));
        }
        done.set(true);
        reader.join(5_000);

        assertThat(reader.isAlive()).isFalse();
        assertThat(torn).isFalse();
    }

    @Test
    void should_refuse_work_after_it_was_closed() {
        Facts facts = store.facts();
        store.close();

        assertThatThrownBy(() -> store.head(A)).hasMessageContaining("closed");
        assertThatThrownBy(store::facts).hasMessageContaining("closed");
        assertThatThrownBy(() -> facts.head(A)).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.commit(new Proposal(facts.moment(), List.of(), List.of())))
                .hasMessageContaining("closed");
    }

    private long offset(StreamKey stream) {
        return store.head(stream).map(StreamHead::lastOffset).orElse(0L);
    }

    private List<Long> offsets(StreamKey stream, RecordRange range) {
        return store.read(stream, range).stream().map(EventRecord::offset).toList();
    }

    private void commit(StreamKey stream, int first, int last) {
        for (int offset = first; offset <= last; offset++) {
            StoredDirectly.commit(store, event(stream, offset, "k" + offset));
        }
    }

    private Change event(StreamKey stream, long offset, String key) {
        return StoredDirectly.event(
                store,
                stream,
                Instant.parse("2026-01-01T00:00:00Z"),
                "t" + offset % 2,
                Optional.of(key).filter(text -> !text.isEmpty()),
                Json.bytes("'payload':{}"));
    }
}
