package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StaleFactsException;
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
        commit(draft -> {
            append(draft, SOURCE, "first");
            append(draft, SOURCE, "said", Optional.of("key"), bytes("{\"n\":1}"));
            append(draft, SOURCE, "odd", Optional.empty(), odd);
            append(draft, SOURCE, "later", Optional.empty(), bytes("later"));
        });

        commit(draft -> {
            append(draft, TARGET, "own");
            copy(draft, 1, 3);
        });
        assertThat(store().facts().head(TARGET)).contains(new StreamHead("first", 3, EPOCH, true));
        assertThat(store().facts().find(TARGET, "key").map(EventRecord::offset)).contains(2L);

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
        commit(draft -> {
            append(draft, SOURCE, "first");
            append(draft, SOURCE, "said", Optional.of("key"), bytes(""));
        });
        commit(draft -> {
            append(draft, TARGET, "own");
            copy(draft, 1, 2);
        });
        commit(draft -> {
            append(draft, TARGET, "after");
            append(draft, SOURCE, "apart");
        });

        assertThat(store().streamsWith(Set.of("said"))).containsExactlyInAnyOrder(SOURCE, TARGET);
        assertThat(store().find(TARGET, "key").map(EventRecord::offset)).contains(2L);
        assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said", "after");
        assertThat(all(SOURCE)).extracting(EventRecord::type).containsExactly("first", "said", "apart");

        commit(draft -> draft.remove(SOURCE));
        assertThat(store().streamsWith(Set.of("said"))).containsExactly(TARGET);
        assertThat(all(TARGET)).hasSize(3);
    }

    @Test
    default void should_copy_nothing_that_was_not_committed() {
        commit(draft -> {
            append(draft, SOURCE, "first");
            append(draft, SOURCE, "said", Optional.of("key"), bytes(""));
        });

        ProposalDraft refused = new ProposalDraft(store());
        append(refused, TARGET, "own");
        copy(refused, 1, 2);
        given(SOURCE, "later", 1);
        assertThatThrownBy(refused.believe(new Belief.EndsAt(SOURCE, 2))::commit)
                .isInstanceOf(StaleFactsException.class);

        assertThat(store().head(TARGET)).isEmpty();
        assertThat(all(TARGET)).isEmpty();
        assertThat(store().find(TARGET, "key")).isEmpty();
        assertThat(store().streamsWith(Set.of("said"))).containsExactly(SOURCE);
    }

    @Test
    default void should_copy_what_the_same_proposal_appended() {
        commit(draft -> {
            append(draft, SOURCE, "first");
            append(draft, SOURCE, "said", Optional.empty(), bytes("1"));
            append(draft, TARGET, "own");
            copy(draft, 1, 2);
        });

        assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said");
    }

    @Test
    default void should_keep_copies_when_it_is_opened_again() {
        commit(draft -> {
            append(draft, SOURCE, "first");
            append(draft, SOURCE, "said", Optional.empty(), bytes("1"));
            append(draft, TARGET, "own");
            copy(draft, 1, 2);
        });

        if (survivesReopen()) {
            reopened();
            assertThat(all(TARGET)).extracting(EventRecord::type).containsExactly("own", "said");
            commit(draft -> append(draft, TARGET, "after"));
            assertThat(store().head(TARGET).map(StreamHead::lastOffset)).contains(3L);
        }
    }

    private static void copy(ProposalDraft draft, long after, long through) {
        draft.add(new Change.Copy(TARGET, SOURCE, after, through, true));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
