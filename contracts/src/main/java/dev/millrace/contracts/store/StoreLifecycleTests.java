package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StaleFactsException;
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
            ProposalDraft draft = new ProposalDraft(store());
            for (int i = 0; i < 5; i++) {
                append(draft, random.nextBoolean() ? ONE : TWO, "said");
            }
            if (random.nextInt(3) > 0) {
                draft.commit().forEach(record -> positions.add(record.position()));
            } else {
                commit(other -> append(other, ONE, "said")).forEach(record -> positions.add(record.position()));
                assertThatThrownBy(draft.believe(new Belief.EndsAt(ONE, 0))::commit)
                        .isInstanceOf(StaleFactsException.class);
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

        commit(draft -> draft.remove(TWO));
        given(TWO, "said", 1);

        assertThat(all(TWO).get(0).position()).isGreaterThan(highest);
    }

    @Test
    default void should_not_give_a_position_again_that_was_removed_in_its_own_commit() {
        List<EventRecord> removed = commit(draft -> {
            append(draft, ONE, "said");
            draft.remove(ONE);
        });

        reopened();

        List<EventRecord> next = commit(draft -> append(draft, TWO, "said"));
        assertThat(next.get(0).position())
                .isGreaterThan(survivesReopen() ? removed.get(0).position() : 0);
        assertThat(store().head(ONE)).isEmpty();
    }

    @Test
    default void should_remove_a_stream_with_everything_that_belongs_to_it() {
        commit(draft -> {
            append(draft, ONE, "said", "key");
            append(draft, TWO, "said", "key");
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
            draft.saveCursor(TWO, "chat", new Cursor("first", 1));
        });

        commit(draft -> draft.remove(ONE));

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
        commit(draft -> {
            append(draft, ONE, "said", "key");
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
        });
        commit(draft -> {
            draft.remove(ONE);
            append(draft, ONE, "heard", "key");
        });
        commit(draft -> append(draft, ONE, "seen"));

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
        commit(draft -> {
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
            draft.saveCursor(ONE, "breaker", new Cursor("first", 0));
            draft.saveCursor(TWO, "chat", new Cursor("first", 1));
        });
        commit(draft -> draft.saveCursor(ONE, "chat", new Cursor("first", 3)));

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
        commit(draft -> {
            append(draft, ONE, "said");
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
        });

        assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 1));
    }

    @Test
    default void should_ignore_a_cursor_of_another_incarnation() {
        given(ONE, "said", 1);
        commit(draft -> {
            draft.saveCursor(ONE, "late", new Cursor("earlier", 9));
            draft.saveCursor(TWO, "late", new Cursor("first", 9));
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
            draft.saveCursor(ONE, "chat", new Cursor("earlier", 9));
        });

        assertThat(store().cursor(ONE, "late")).isEmpty();
        assertThat(store().cursor(TWO, "late")).isEmpty();
        assertThat(store().cursor(ONE, "chat")).contains(new Cursor("first", 1));
        assertThat(store().streamsWithCursor("late")).isEmpty();
    }

    @Test
    default void should_keep_everything_after_it_is_opened_again() {
        commit(draft -> {
            append(draft, ONE, "said", "key");
            append(draft, TWO, "said");
            draft.saveCursor(ONE, "chat", new Cursor("first", 1));
        });
        Optional<StreamHead> head = store().head(ONE);
        List<EventRecord> written = all(ONE);
        commit(draft -> draft.remove(TWO));

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

        assertThatThrownBy(closed::facts).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.read(ONE, RecordRange.after(0, 1))).isInstanceOf(IllegalStateException.class);
    }
}
