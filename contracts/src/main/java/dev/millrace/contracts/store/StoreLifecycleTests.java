package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of positions, removal, cursors, reopening and closing. */
interface StoreLifecycleTests extends StoreSubject {
    StreamKey ONE = stream("/life/one");
    StreamKey TWO = stream("/life/two");

    @Test
    default void should_give_ascending_positions_across_streams() {
        List<Long> positions = new ArrayList<>();
        Random random = new Random(11);
        for (int round = 0; round < 20; round++) {
            try (var transaction = store().begin()) {
                List<Long> own = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    own.add(append(transaction, random.nextBoolean() ? ONE : TWO, "said")
                            .position());
                }
                if (random.nextInt(3) > 0) {
                    transaction.commit();
                    positions.addAll(own);
                }
            }
        }

        assertThat(positions).isSorted().doesNotHaveDuplicates();
        assertThat(all(ONE)).extracting(EventRecord::position).isSorted();
        assertThat(positions)
                .containsAll(all(ONE).stream().map(EventRecord::position).toList());
    }

    @Test
    default void should_never_give_a_position_twice_even_after_a_removal() {
        given(ONE, "said", 2);
        given(TWO, "said", 3);
        long highest = all(TWO).get(2).position();

        commit(transaction -> transaction.remove(TWO));
        commit(transaction -> assertThat(transaction.nextPosition()).isGreaterThan(highest));
        given(TWO, "said", 1);

        assertThat(all(TWO).get(0).position()).isGreaterThan(highest);
    }

    @Test
    default void should_not_give_a_position_again_that_was_removed_in_its_own_transaction() {
        List<Long> positions = new ArrayList<>();
        commit(transaction -> {
            positions.add(append(transaction, ONE, "said").position());
            transaction.remove(ONE);
        });

        reopened();

        commit(transaction ->
                assertThat(transaction.nextPosition()).isGreaterThan(survivesReopen() ? positions.get(0) : 0));
        assertThat(store().head(ONE)).isEmpty();
    }

    @Test
    default void should_remove_a_stream_with_everything_that_belongs_to_it() {
        commit(transaction -> {
            append(transaction, ONE, "said", "key");
            append(transaction, TWO, "said", "key");
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
            transaction.saveCursor(TWO, "chat", new Cursor("first", 1));
        });

        commit(transaction -> transaction.remove(ONE));

        assertThat(store().head(ONE)).isEmpty();
        assertThat(all(ONE)).isEmpty();
        assertThat(store().find(ONE, "key")).isEmpty();
        assertThat(store().cursor(ONE, "chat")).isEmpty();
        assertThat(store().streamsWith(Set.of("said"))).containsExactly(TWO);
        assertThat(store().streamsWithCursor("chat")).containsExactly(TWO);
        assertThat(all(TWO)).hasSize(1);
    }

    @Test
    default void should_begin_a_removed_stream_anew() {
        commit(transaction -> {
            append(transaction, ONE, "said", "key");
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
        });
        commit(transaction -> {
            transaction.remove(ONE);
            assertThat(transaction.head(ONE)).isEmpty();
            append(transaction, ONE, "heard", "key");
        });
        commit(transaction -> append(transaction, ONE, "seen"));

        assertThat(all(ONE)).extracting(EventRecord::type).containsExactly("heard", "seen");
        assertThat(all(ONE)).extracting(EventRecord::offset).containsExactly(1L, 2L);
        assertThat(store().streamsWith(Set.of("said"))).isEmpty();
        assertThat(store().streamsWith(Set.of("heard"))).containsExactly(ONE);
        assertThat(store().cursor(ONE, "chat")).isEmpty();
        assertThat(store().streamsWithCursor("chat")).isEmpty();
    }

    @Test
    default void should_save_cursors_by_processor_and_stream() {
        given(ONE, "said", 3);
        given(TWO, "said", 1);
        commit(transaction -> {
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
            transaction.saveCursor(ONE, "breaker", new Cursor("first", 0));
            transaction.saveCursor(TWO, "chat", new Cursor("first", 1));
        });
        commit(transaction -> transaction.saveCursor(ONE, "chat", new Cursor("first", 3)));

        assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 3));
        assertThat(store().cursor(ONE, "breaker")).contains(new Cursor("first", 0));
        assertThat(store().cursor(ONE, "unknown")).isEmpty();
        assertThat(store().cursor(stream("/life"), "chat")).isEmpty();
        assertThat(store().streamsWithCursor("chat")).containsExactlyInAnyOrder(ONE, TWO);
        assertThat(store().streamsWithCursor("breaker")).containsExactly(ONE);
        assertThat(store().streamsWithCursor("unknown")).isEmpty();
    }

    @Test
    default void should_save_a_cursor_with_the_record_it_belongs_to() {
        commit(transaction -> {
            append(transaction, ONE, "said");
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
        });

        assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 1));
    }

    @Test
    default void should_ignore_a_cursor_of_another_incarnation() {
        given(ONE, "said", 1);
        commit(transaction -> {
            transaction.saveCursor(ONE, "late", new Cursor("earlier", 9));
            transaction.saveCursor(TWO, "late", new Cursor("first", 9));
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
            transaction.saveCursor(ONE, "chat", new Cursor("earlier", 9));
        });

        assertThat(store().cursor(ONE, "late")).isEmpty();
        assertThat(store().cursor(TWO, "late")).isEmpty();
        assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 1));
        assertThat(store().streamsWithCursor("late")).isEmpty();
    }

    @Test
    default void should_keep_everything_after_it_is_opened_again() {
        commit(transaction -> {
            append(transaction, ONE, "said", "key");
            append(transaction, TWO, "said");
            transaction.saveCursor(ONE, "chat", new Cursor("first", 1));
        });
        Optional<StreamHead> head = store().head(ONE);
        List<EventRecord> written = all(ONE);
        commit(transaction -> transaction.remove(TWO));

        reopened();

        if (survivesReopen()) {
            assertThat(store().head(ONE)).isEqualTo(head);
            RecordAssert.assertSame(all(ONE), written);
            assertThat(store().find(ONE, "key")).isPresent();
            assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 1));
            assertThat(store().streamsWith(Set.of("said"))).containsExactly(ONE);
        } else {
            assertThat(store().head(ONE)).isEmpty();
        }
        assertThat(all(TWO)).isEmpty();
        given(ONE, "said", 1);
        assertThat(store().head(ONE).map(StreamHead::lastOffset)).contains(survivesReopen() ? 2L : 1L);
    }

    @Test
    default void should_refuse_work_after_it_was_closed() {
        given(ONE, "said", 1);
        var closed = store();
        closed.close();
        closed.close();

        assertThatThrownBy(closed::begin).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.read(ONE, RecordRange.after(0, 1))).isInstanceOf(IllegalStateException.class);
    }
}
