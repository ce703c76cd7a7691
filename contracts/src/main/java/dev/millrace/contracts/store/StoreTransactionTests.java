package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.RecordAssert.assertSame;
import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.EventStore.Transaction;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of transactions: stored as a whole or not at all, they see their own changes, others only after the commit. */
interface StoreTransactionTests extends StoreSubject {
    StreamKey A = stream("/a");
    StreamKey B = stream("/b");

    @Test
    default void should_be_empty_at_first() {
        assertThat(store().head(A)).isEmpty();
        assertThat(all(A)).isEmpty();
        assertThat(store().find(A, "key")).isEmpty();
        assertThat(store().cursor(A, "chat")).isEmpty();
        assertThat(store().streamsWith(Set.of("said"))).isEmpty();
        assertThat(store().streamsWithCursor("chat")).isEmpty();
    }

    @Test
    default void should_give_back_a_record_as_it_was_appended() {
        List<EventRecord> written = new ArrayList<>();
        commit(transaction -> written.add(append(transaction, A, "said", "key-1")));
        commit(transaction -> written.add(append(transaction, A, "heard")));

        assertSame(all(A), written);
    }

    @Test
    default void should_show_a_transaction_its_own_changes_only() {
        given(A, "said", 1);

        try (Transaction transaction = store().begin()) {
            EventRecord record = append(transaction, A, "said", "key");
            append(transaction, B, "said");

            assertThat(transaction.head(A).map(StreamHead::lastOffset)).contains(2L);
            assertThat(transaction.head(B).map(StreamHead::lastOffset)).contains(1L);
            assertSame(transaction.find(A, "key").orElseThrow(), record);
            assertThat(store().head(A).map(StreamHead::lastOffset)).contains(1L);
            assertThat(store().head(B)).isEmpty();
            assertThat(store().find(A, "key")).isEmpty();
            assertThat(all(A)).hasSize(1);
            assertThat(store().streamsWith(Set.of("said"))).containsExactly(A);
            transaction.commit();
        }
        assertThat(all(A)).hasSize(2);
        assertThat(all(B)).hasSize(1);
    }

    @Test
    default void should_show_committed_changes_before_the_transaction_is_closed() {
        try (Transaction transaction = store().begin()) {
            append(transaction, A, "said");
            transaction.commit();

            assertThat(all(A)).hasSize(1);
        }
    }

    @Test
    default void should_discard_everything_that_was_not_committed() {
        given(A, "said", 2);
        commit(transaction -> transaction.saveCursor(A, "chat", new Cursor("first", 1)));

        try (Transaction transaction = store().begin()) {
            append(transaction, A, "never", "never");
            append(transaction, B, "never", "never");
            transaction.saveCursor(A, "chat", new Cursor("first", 2));
            transaction.saveCursor(B, "chat", new Cursor("first", 1));
        }

        assertThat(store().head(A).map(StreamHead::lastOffset)).contains(2L);
        assertThat(all(A)).hasSize(2);
        assertThat(store().head(B)).isEmpty();
        assertThat(store().find(A, "never")).isEmpty();
        assertThat(store().streamsWith(Set.of("never"))).isEmpty();
        assertThat(store().cursor(A, "chat")).contains(new Cursor("first", 1));
        assertThat(store().streamsWithCursor("chat")).containsExactly(A);
        try (Transaction next = store().begin()) {
            assertThat(next.head(A).map(StreamHead::lastOffset)).contains(2L);
            assertThat(next.head(B)).isEmpty();
            assertThat(next.find(A, "never")).isEmpty();
        }
    }

    @Test
    default void should_keep_a_stream_whose_removal_was_not_committed() {
        commit(transaction -> append(transaction, A, "said", "key"));

        try (Transaction transaction = store().begin()) {
            transaction.remove(A);
            assertThat(transaction.head(A)).isEmpty();
            assertThat(transaction.find(A, "key")).isEmpty();
            assertThat(store().head(A)).isPresent();
        }

        assertThat(all(A)).hasSize(1);
        assertThat(store().find(A, "key")).isPresent();
        commit(transaction -> append(transaction, A, "said"));
        assertThat(all(A)).extracting(EventRecord::offset).containsExactly(1L, 2L);
    }

    @Test
    default void should_take_the_same_records_again_after_a_rollback() {
        for (int attempt = 0; attempt < 2; attempt++) {
            try (Transaction transaction = store().begin()) {
                append(transaction, A, "said", "key");
                append(transaction, A, "said", "other");
                if (attempt == 1) {
                    transaction.commit();
                }
            }
        }

        assertThat(all(A)).extracting(EventRecord::offset).containsExactly(1L, 2L);
    }

    @Test
    default void should_keep_the_head_it_was_given() {
        StreamHead head = new StreamHead("another", 1, EPOCH.plusSeconds(5), true);
        commit(transaction -> transaction.append(
                A,
                head,
                new EventRecord(
                        transaction.nextPosition(),
                        A.path(),
                        1,
                        EPOCH,
                        "paused",
                        Optional.empty(),
                        "{}".getBytes(StandardCharsets.UTF_8))));

        assertThat(store().head(A)).contains(head);
        try (Transaction transaction = store().begin()) {
            assertThat(transaction.head(A)).contains(head);
        }
    }

    @Test
    default void should_begin_only_one_transaction_at_a_time() {
        try (Transaction transaction = store().begin()) {
            assertThatThrownBy(() -> store().begin()).isInstanceOf(IllegalStateException.class);
            append(transaction, A, "said");
            transaction.commit();
        }
        assertThat(all(A)).hasSize(1);
    }

    @Test
    default void should_accept_an_empty_commit() {
        commit(transaction -> {});
        commit(transaction -> transaction.remove(B));

        assertThat(store().read(A, RecordRange.after(0, 1))).isEmpty();
    }
}
