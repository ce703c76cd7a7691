package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests of the log over all streams, from which an engine learns what other engines commit. */
interface StoreLogTests extends StoreSubject {
    StreamKey A = stream("/a");
    StreamKey B = stream("/b");
    StreamKey FOREIGN = new StreamKey(ProjectSlug.of("other"), StreamPath.of("/a"));

    private List<LogEntry> entries(long afterPosition) {
        return store().entries(afterPosition, 1_000);
    }

    @Test
    default void should_list_the_events_of_all_projects_in_the_order_of_commits() {
        assertThat(entries(0)).isEmpty();
        commit(draft -> {
            append(draft, B, "said");
            append(draft, A, "said");
        });
        commit(draft -> append(draft, FOREIGN, "said"));
        commit(draft -> append(draft, B, "said"));

        assertThat(entries(0))
                .containsExactly(
                        new LogEntry.Appended(1, B, 1),
                        new LogEntry.Appended(2, A, 1),
                        new LogEntry.Appended(3, FOREIGN, 1),
                        new LogEntry.Appended(4, B, 2));
        assertThat(entries(3)).containsExactly(new LogEntry.Appended(4, B, 2));
        assertThat(entries(4)).isEmpty();
        assertThat(entries(1_000)).isEmpty();
    }

    @Test
    default void should_list_a_removal_at_its_own_position() {
        given(A, "said", 2);
        given(B, "said", 1);
        commit(draft -> draft.remove(A));
        given(A, "said", 1);

        assertThat(entries(0))
                .containsExactly(
                        new LogEntry.Appended(3, B, 1), new LogEntry.Removed(4, A), new LogEntry.Appended(5, A, 1));
        assertThat(store().lastPosition()).isEqualTo(5);
    }

    @Test
    default void should_give_a_removal_the_next_position_and_the_end_of_the_stream() {
        given(A, "said", 2);

        List<Placement> placements = store().commit(new Proposal(
                store().facts().moment(),
                List.of(),
                List.of(
                        new Change.Remove(A),
                        new Change.Append(
                                A, "second", false, EPOCH.plusSeconds(1), "said", Optional.empty(), new byte[1]))));

        assertThat(placements)
                .containsExactly(new Placement(3, 2, EPOCH), new Placement(4, 1, EPOCH.plusSeconds(1)));
        assertThat(entries(0)).containsExactly(new LogEntry.Removed(3, A), new LogEntry.Appended(4, A, 1));
    }

    @Test
    default void should_refuse_to_remove_a_stream_that_does_not_exist() {
        assertThatThrownBy(() -> commit(draft -> draft.remove(A)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(A.path().toString());
        assertThat(store().lastPosition()).isZero();
    }

    @Test
    default void should_list_the_copies_of_a_commit_at_successive_positions() {
        given(A, "said", 3);
        commit(draft -> {
            append(draft, B, "said");
            draft.add(new Change.Copy(B, A, 1, 3, false));
            append(draft, FOREIGN, "said");
        });

        assertThat(entries(3))
                .containsExactly(
                        new LogEntry.Appended(4, B, 1),
                        new LogEntry.Appended(5, B, 2),
                        new LogEntry.Appended(6, B, 3),
                        new LogEntry.Appended(7, FOREIGN, 1));
    }

    @Test
    default void should_list_the_log_in_pages() {
        for (int i = 0; i < 4; i++) {
            given(A, "said", 3);
            given(B, "said", 2);
            commit(draft -> draft.remove(A));
        }
        List<LogEntry> paged = new ArrayList<>();
        List<LogEntry> page = store().entries(0, 5);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(5);
            paged.addAll(page);
            page = store().entries(page.get(page.size() - 1).position(), 5);
        }

        assertThat(paged).hasSize(12).isEqualTo(entries(0));
        assertThat(paged).extracting(LogEntry::position).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void should_list_the_same_log_after_a_restart() {
        given(A, "said", 2);
        commit(draft -> draft.remove(A));
        given(B, "said", 1);
        List<LogEntry> before = entries(0);

        reopened();

        assertThat(entries(0)).isEqualTo(survivesReopen() ? before : List.of());
    }

    @Test
    default void should_call_a_listener_after_commits_until_it_is_removed() throws InterruptedException {
        BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        Optional<Runnable> end = store().onCommit(() -> seen.add(entries(0).size()));
        if (end.isEmpty()) {
            return; // only one engine at a time can use this store
        }

        given(A, "said", 2);
        Integer last = 0;
        while (last != null && last < 2) {
            last = seen.poll(10, TimeUnit.SECONDS);
        }
        assertThat(last).isEqualTo(2);

        end.get().run();
        given(A, "said", 1);
        assertThat(seen).doesNotContain(3);
    }
}
