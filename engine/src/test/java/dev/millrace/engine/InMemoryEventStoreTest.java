package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.EventStore.Transaction;
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
    void should_show_a_transaction_to_itself_and_to_others_only_after_its_commit() {
        try (Transaction transaction = store.begin()) {
            append(transaction, A, 1, "k");
            assertThat(transaction.head(A)).isPresent();
            assertThat(transaction.find(A, "k")).isPresent();
            assertThat(store.head(A)).isEmpty();
            assertThat(store.find(A, "k")).isEmpty();
            transaction.commit();
        }

        assertThat(store.head(A).orElseThrow().lastOffset()).isEqualTo(1);
        assertThat(store.find(A, "k")).isPresent();
    }

    @Test
    void should_forget_a_transaction_that_was_not_committed() {
        commit(A, 1, 2);
        try (Transaction transaction = store.begin()) {
            append(transaction, A, 3, "k");
            append(transaction, B, 1, "");
            transaction.saveCursor(A, "chat", new Cursor("life", 2));
            transaction.remove(A);
        }

        assertThat(offsets(A, RecordRange.after(0, 10))).containsExactly(1L, 2L);
        assertThat(store.head(B)).isEmpty();
        assertThat(store.find(A, "k")).isEmpty();
        assertThat(store.cursor(A, "chat")).isEmpty();
        commit(A, 3, 3);
        assertThat(offsets(A, RecordRange.after(0, 10))).containsExactly(1L, 2L, 3L);
    }

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
        try (Transaction transaction = store.begin()) {
            transaction.remove(A);
            transaction.commit();
        }

        commit(A, 1, 1);

        assertThat(store.read(A, RecordRange.after(0, 10)))
                .extracting(EventRecord::position)
                .containsExactly(4L);
        assertThat(store.find(A, "k3")).isEmpty();
    }

    @Test
    void should_keep_cursors_of_the_living_incarnation_only() {
        commit(A, 1, 2);
        try (Transaction transaction = store.begin()) {
            transaction.saveCursor(A, "chat", new Cursor("life", 2));
            transaction.saveCursor(A, "other", new Cursor("another life", 2));
            transaction.saveCursor(B, "chat", new Cursor("life", 1));
            transaction.commit();
        }

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
            try (Transaction transaction = store.begin()) {
                append(transaction, A, n, "");
                append(transaction, B, n, "");
                transaction.commit();
            }
        }
        done.set(true);
        reader.join(5_000);

        assertThat(reader.isAlive()).isFalse();
        assertThat(torn).isFalse();
    }

    @Test
    void should_refuse_what_it_cannot_do() {
        Transaction transaction = store.begin();
        assertThatThrownBy(store::begin).hasMessageContaining("a transaction is open");
        append(transaction, A, 1, "");
        transaction.commit();
        assertThatThrownBy(transaction::commit).hasMessageContaining("the transaction has ended");
        assertThatThrownBy(() -> transaction.remove(A)).hasMessageContaining("the transaction has ended");

        store.close();

        assertThatThrownBy(() -> store.head(A)).hasMessageContaining("closed");
        assertThatThrownBy(store::begin).hasMessageContaining("closed");
    }

    private long offset(StreamKey stream) {
        return store.head(stream).map(StreamHead::lastOffset).orElse(0L);
    }

    private List<Long> offsets(StreamKey stream, RecordRange range) {
        return store.read(stream, range).stream().map(EventRecord::offset).toList();
    }

    private void commit(StreamKey stream, int first, int last) {
        try (Transaction transaction = store.begin()) {
            for (int offset = first; offset <= last; offset++) {
                append(transaction, stream, offset, "k" + offset);
            }
            transaction.commit();
        }
    }

    private static void append(Transaction transaction, StreamKey stream, long offset, String key) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        transaction.append(
                stream,
                new StreamHead("life", offset, now, false),
                new EventRecord(
                        transaction.nextPosition(),
                        stream.path(),
                        offset,
                        now,
                        "t" + offset % 2,
                        Optional.of(key).filter(text -> !text.isEmpty()),
                        Json.bytes("{}")));
    }
}
