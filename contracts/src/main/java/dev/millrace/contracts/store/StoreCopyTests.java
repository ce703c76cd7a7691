package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Copy;
import dev.millrace.engine.spi.EventStore.Transaction;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of copies: a copied record belongs to its new stream like any other record. */
interface StoreCopyTests extends StoreSubject {
    StreamKey SOURCE = stream("/source");
    StreamKey TARGET = stream("/target");

    @Test
    default void should_copy_everything_but_streams_and_positions() {
        byte[] odd = {0, -1, -128, '"', '\'', 0, 'z'};
        commit(transaction -> {
            append(transaction, SOURCE, "first");
            append(transaction, SOURCE, "said", Optional.of("key"), bytes("{\"n\":1}"));
            append(transaction, SOURCE, "odd", Optional.empty(), odd);
            append(transaction, SOURCE, "later", Optional.empty(), bytes("later"));
        });

        commit(transaction -> {
            append(transaction, TARGET, "own");
            long next = transaction.nextPosition();
            copy(transaction, 1, 3);
            assertThat(transaction.nextPosition()).isEqualTo(next + 2);
            assertThat(transaction.head(TARGET).map(StreamHead::lastOffset)).contains(3L);
            assertThat(transaction.find(TARGET, "key").map(EventRecord::offset)).contains(2L);
        });

        List<EventRecord> source = all(SOURCE);
        List<EventRecord> target = all(TARGET);
        assertThat(target).extracting(EventRecord::type).containsExactly("own", "said", "odd");
        assertThat(target).extracting(EventRecord::offset).containsExactly(1L, 2L, 3L);
        assertThat(target).extracting(EventRecord::position).isSorted().doesNotHaveDuplicates();
        assertThat(target.get(1).position()).isGreaterThan(source.get(3).position());
        for (int i = 1; i < 3; i++) {
            assertThat(target.get(i).createdAt()).isEqualTo(source.get(i).createdAt());
            assertThat(target.get(i).idempotencyKey()).isEqualTo(source.get(i).idempotencyKey());
        }
        assertThat(target).extracting(EventRecord::path).containsOnly(TARGET.path());
        assertThat(target.get(1).body()).isEqualTo(bytes("{\"n\":1}"));
        assertThat(target.get(2).body()).isEqualTo(odd);
        assertThat(source).extracting(EventRecord::type).containsExactly("first", "said", "odd", "later");
        assertThat(source).extracting(EventRecord::path).containsOnly(SOURCE.path());
    }

    @Test
    default void should_find_copies_by_type_key_and_head() {
        commit(transaction -> {
            append(transaction, SOURCE, "first");
            append(transaction, SOURCE, "said", Optional.of("key"), bytes(""));
        });
        commit(transaction -> {
            append(transaction, TARGET, "own");
            copy(transaction, 1, 2);
        });
        commit(transaction -> {
            assertThat(transaction.head(TARGET).map(StreamHead::lastOffset)).contains(2L);
            append(transaction, TARGET, "after");
            append(transaction, SOURCE, "apart");
        });

        assertThat(store().streamsWith(Set.of("said"))).containsExactlyInAnyOrder(SOURCE, TARGET);
        assertThat(store().find(TARGET, "key").map(EventRecord::offset)).contains(2L);
        assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said", "after");
        assertThat(all(SOURCE)).extracting(EventRecord::type).containsExactly("first", "said", "apart");

        commit(transaction -> transaction.remove(SOURCE));
        assertThat(store().streamsWith(Set.of("said"))).containsExactly(TARGET);
        assertThat(all(TARGET)).hasSize(3);
    }

    @Test
    default void should_copy_nothing_that_was_not_committed() {
        commit(transaction -> {
            append(transaction, SOURCE, "first");
            append(transaction, SOURCE, "said", Optional.of("key"), bytes(""));
        });

        try (Transaction transaction = store().begin()) {
            append(transaction, TARGET, "own");
            copy(transaction, 1, 2);
        }

        assertThat(store().head(TARGET)).isEmpty();
        assertThat(all(TARGET)).isEmpty();
        assertThat(store().find(TARGET, "key")).isEmpty();
        assertThat(store().streamsWith(Set.of("said"))).containsExactly(SOURCE);
    }

    @Test
    default void should_copy_what_the_same_transaction_appended() {
        commit(transaction -> {
            append(transaction, SOURCE, "first");
            append(transaction, SOURCE, "said", Optional.empty(), bytes("1"));
            append(transaction, TARGET, "own");
            copy(transaction, 1, 2);
        });

        assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said");
    }

    @Test
    default void should_keep_copies_when_it_is_opened_again() {
        commit(transaction -> {
            append(transaction, SOURCE, "first");
            append(transaction, SOURCE, "said", Optional.empty(), bytes("1"));
            append(transaction, TARGET, "own");
            copy(transaction, 1, 2);
        });

        if (survivesReopen()) {
            reopened();
            assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said");
            commit(transaction -> append(transaction, TARGET, "after"));
            assertThat(store().head(TARGET).map(StreamHead::lastOffset)).contains(3L);
        }
    }

    private static void copy(Transaction transaction, long after, long through) {
        StreamHead head = new StreamHead("first", through, EPOCH.plusMillis(through), false);
        transaction.copy(new Copy(SOURCE, after, through, TARGET, head));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
