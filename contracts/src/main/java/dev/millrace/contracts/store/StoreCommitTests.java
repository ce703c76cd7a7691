package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.RecordAssert.assertSame;
import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of commits: a proposal is stored as a whole or not at all, and only if all its beliefs are true. */
interface StoreCommitTests extends StoreSubject {
    StreamKey A = stream("/a");
    StreamKey B = stream("/b");
    StreamKey NONE = stream("/none");

    @Test
    default void should_be_empty_at_first() {
        assertThat(store().head(A)).isEmpty();
        assertThat(store().facts().head(A)).isEmpty();
        assertThat(all(A)).isEmpty();
        assertThat(store().find(A, "key")).isEmpty();
        assertThat(store().facts().find(A, "key")).isEmpty();
        assertThat(store().cursor(A, "chat")).isEmpty();
        assertThat(store().streamsWith(Set.of("said"))).isEmpty();
        assertThat(store().streamsWithCursor("chat")).isEmpty();
    }

    @Test
    default void should_give_back_a_record_as_it_was_appended() {
        List<EventRecord> written = new ArrayList<>();
        written.addAll(commit(draft -> append(draft, A, "said", "key-1")));
        written.addAll(commit(draft -> append(draft, A, "heard")));

        assertSame(all(A), written);
        assertThat(written).extracting(EventRecord::offset).containsExactly(1L, 2L);
        assertThat(written).extracting(EventRecord::createdAt).containsOnly(EPOCH);
    }

    @Test
    default void should_number_the_events_of_each_stream() {
        List<EventRecord> written = commit(draft -> {
            append(draft, A, "said");
            append(draft, B, "said");
            append(draft, A, "said");
        });

        assertThat(written).extracting(EventRecord::offset).containsExactly(1L, 1L, 2L);
        assertThat(store().head(A)).contains(new StreamHead("first", 2, EPOCH, false));
        assertThat(store().facts().head(A)).isEqualTo(store().head(A));
    }

    @Test
    default void should_never_let_the_time_of_a_stream_go_back() {
        Instant late = EPOCH.plusSeconds(5);
        commit(draft -> draft.append(A, late, "said", Optional.empty(), new byte[1]));

        List<EventRecord> written = commit(draft -> {
            append(draft, A, "said");
            append(draft, B, "said");
        });

        assertThat(written).extracting(EventRecord::createdAt).containsExactly(late, EPOCH);
        assertThat(store().head(A).map(StreamHead::lastCreatedAt)).contains(late);
    }

    @Test
    default void should_keep_incarnation_and_pause_of_the_last_event() {
        commit(draft ->
                draft.add(new Change.Append(A, "another", true, EPOCH, "paused", Optional.empty(), new byte[1])));

        assertThat(store().head(A)).contains(new StreamHead("another", 1, EPOCH, true));
        assertThat(store().facts().head(A)).contains(new StreamHead("another", 1, EPOCH, true));
    }

    @Test
    default void should_commit_on_an_interrupted_thread() {
        Thread.currentThread().interrupt();
        boolean isStillInterrupted;
        try {
            commit(draft -> append(draft, A, "said"));
        } finally {
            isStillInterrupted = Thread.interrupted();
        }

        assertThat(isStillInterrupted).isTrue();
        assertThat(all(A)).hasSize(1);
        given(A, "said", 1);
        assertThat(all(A)).hasSize(2);
    }

    static List<Belief> trueBeliefs() {
        return List.of(
                new Belief.Present(A, "first", false),
                new Belief.EndsAt(A, 2),
                new Belief.Key(A, "key", true),
                new Belief.Key(A, "other", false),
                new Belief.Key(NONE, "key", false),
                new Belief.Absent(NONE));
    }

    static List<Belief> falseBeliefs() {
        return List.of(
                new Belief.Present(A, "second", false),
                new Belief.Present(A, "first", true),
                new Belief.Present(NONE, "first", false),
                new Belief.Absent(A),
                new Belief.EndsAt(A, 1),
                new Belief.EndsAt(A, 3),
                new Belief.EndsAt(NONE, 0),
                new Belief.Key(A, "key", false),
                new Belief.Key(A, "other", true),
                new Belief.Key(NONE, "key", true));
    }

    /** Two events on A; then the facts of the draft are of an earlier moment. */
    private ProposalDraft late() {
        commit(draft -> append(draft, A, "said", "key"));
        ProposalDraft late = new ProposalDraft(store());
        append(late, A, "late", "late");
        append(late, B, "late", "late");
        late.saveCursor(A, "chat", new Cursor("first", 1));
        commit(draft -> append(draft, A, "said"));
        return late;
    }

    @ParameterizedTest
    @MethodSource("trueBeliefs")
    default void should_commit_after_another_commit_if_the_belief_is_true(Belief belief) {
        assertThat(late().believe(belief).commit())
                .extracting(EventRecord::offset)
                .containsExactly(3L, 1L);

        assertThat(all(A)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("falseBeliefs")
    default void should_store_nothing_if_a_belief_is_not_true(Belief belief) {
        ProposalDraft late = late();
        trueBeliefs().forEach(late::believe);

        assertThatThrownBy(late.believe(belief)::commit)
                .isInstanceOf(StaleFactsException.class)
                .hasMessageContaining(belief.stream().toString());

        assertNothingLate();
    }

    private void assertNothingLate() {
        assertThat(all(A)).extracting(EventRecord::type).containsExactly("said", "said");
        assertThat(store().head(A).map(StreamHead::lastOffset)).contains(2L);
        assertThat(store().head(B)).isEmpty();
        assertThat(store().find(A, "late")).isEmpty();
        assertThat(store().streamsWith(Set.of("late"))).isEmpty();
        assertThat(store().cursor(A, "chat")).isEmpty();
        commit(draft -> append(draft, A, "later", "late"));
        assertThat(all(A)).extracting(EventRecord::offset).containsExactly(1L, 2L, 3L);
    }

    @Test
    default void should_store_nothing_if_a_key_is_taken() {
        ProposalDraft late = late();
        append(late, A, "late", "key");

        assertThatThrownBy(late::commit).isInstanceOf(StaleFactsException.class).hasMessageContaining("'key'");

        assertNothingLate();
    }

    @Test
    default void should_answer_facts_of_one_moment_or_none() {
        given(A, "said", 1);
        Facts facts = store().facts();
        assertThat(facts.head(A).map(StreamHead::lastOffset)).contains(1L);
        given(A, "said", 1);

        assertThat(store().facts().moment()).isNotEqualTo(facts.moment());
        try {
            assertThat(facts.head(A).map(StreamHead::lastOffset)).contains(1L);
        } catch (StaleFactsException allowed) {
            assertThat(allowed).hasMessageContaining("changed");
        }
    }

    @Test
    default void should_keep_a_stream_whose_removal_was_not_committed() {
        commit(draft -> append(draft, A, "said", "key"));
        ProposalDraft removal = new ProposalDraft(store()).remove(A).believe(new Belief.EndsAt(A, 1));
        commit(draft -> append(draft, A, "said"));

        assertThatThrownBy(removal::commit).isInstanceOf(StaleFactsException.class);

        assertThat(all(A)).hasSize(2);
        assertThat(store().find(A, "key")).isPresent();
    }

    @Test
    default void should_let_exactly_one_of_several_take_an_offset() throws Exception {
        given(A, "said", 1);
        int threads = 8;
        int rounds = 20;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                ends.add(executor.submit(() -> appendInTurn(rounds)));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(all(A))
                .extracting(EventRecord::offset)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1 + threads * rounds).boxed().toList());
        assertThat(all(A)).extracting(EventRecord::position).isSorted().doesNotHaveDuplicates();
    }

    /** Appends events, each only where it was decided to be. */
    private void appendInTurn(int count) {
        for (int done = 0; done < count; ) {
            try {
                ProposalDraft draft = new ProposalDraft(store());
                long last = draft.head(A).orElseThrow().lastOffset();
                append(draft.believe(new Belief.EndsAt(A, last)), A, "said");
                assertThat(draft.commit()).extracting(EventRecord::offset).containsExactly(last + 1);
                done++;
            } catch (StaleFactsException e) {
                Thread.onSpinWait(); // another one was faster
            }
        }
    }

    @Test
    default void should_accept_an_empty_commit() {
        commit(draft -> {});
        commit(draft -> draft.remove(B));

        assertThat(store().read(A, RecordRange.after(0, 1))).isEmpty();
    }
}
