package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Standing;
import dev.millrace.engine.spi.EventStore.SubtreePage;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests of subtree reads: a stream and all streams below it, in the order of the commits. */
interface StoreSubtreeTests extends StoreSubject {
    StreamKey TOP = stream("/top");
    StreamKey LEAF = stream("/top/leaf");
    StreamKey DEEP = stream("/top/leaf/deep");

    @Test
    default void should_have_no_last_position_at_first() {
        assertThat(store().lastPosition()).isZero();
        assertThat(store().readSubtree(TOP, 0, 0, 10, Long.MAX_VALUE).records()).isEmpty();
        assertThat(store().standings(TOP, Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void should_read_a_subtree_in_the_order_of_the_commits() {
        List<EventRecord> written = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            written.addAll(commit(draft -> {
                append(draft, DEEP, "deep");
                append(draft, TOP, "top");
                append(draft, LEAF, "leaf");
            }));
        }

        assertThat(wholeSubtree(TOP, 0, 100)).isEqualTo(positions(written));
        assertThat(wholeSubtree(TOP, 0, 1)).isEqualTo(positions(written));
        assertThat(wholeSubtree(TOP, written.get(3).position(), 2)).isEqualTo(positions(written.subList(4, 9)));
        assertThat(wholeSubtree(LEAF, 0, 100)).hasSize(6);
        assertThat(wholeSubtree(stream("/"), 0, 100)).isEqualTo(positions(written));
        assertThat(store().lastPosition()).isEqualTo(written.get(8).position());
    }

    @Test
    default void should_read_up_to_a_position_and_report_how_far_it_read() {
        List<EventRecord> written = commit(draft -> {
            for (int i = 0; i < 4; i++) {
                append(draft, LEAF, "leaf");
            }
        });

        SubtreePage half = store().readSubtree(TOP, 0, written.get(1).position(), 10, Long.MAX_VALUE);
        SubtreePage one = store().readSubtree(TOP, 0, store().lastPosition(), 1, Long.MAX_VALUE);

        assertThat(positions(half.records())).isEqualTo(positions(written.subList(0, 2)));
        assertThat(half.through()).isEqualTo(written.get(1).position());
        assertThat(positions(one.records())).isEqualTo(positions(written.subList(0, 1)));
        assertThat(one.through()).isEqualTo(written.get(0).position());
    }

    @Test
    default void should_not_include_streams_whose_path_only_begins_alike() {
        for (StreamKey other : List.of(
                stream("/top-1"),
                stream("/topping"),
                stream("/to"),
                stream("/top0/x"),
                new StreamKey(ProjectSlug.of("other"), StreamPath.of("/top/leaf")))) {
            given(other, "said", 1);
        }
        given(LEAF, "leaf", 1);

        assertThat(wholeSubtree(TOP, 0, 100)).hasSize(1);
        assertThat(store().standings(TOP, Optional.empty(), 100))
                .extracting(Standing::path)
                .containsExactly(LEAF.path());
    }

    @Test
    default void should_skip_any_number_of_records_of_other_streams() {
        given(LEAF, "leaf", 1);
        commit(draft -> {
            for (int i = 0; i < 12_000; i++) {
                append(draft, stream("/elsewhere"), "said");
            }
        });
        given(LEAF, "leaf", 1);

        assertThat(wholeSubtree(TOP, 0, 100)).hasSize(2);
    }

    @Test
    default void should_list_the_streams_of_a_subtree_with_their_heads() {
        given(stream("/top/z"), "said", 3);
        given(TOP, "top", 2);
        given(stream("/top/a-b"), "said", 1);
        given(stream("/top/a/b"), "said", 1);

        List<Standing> all = store().standings(TOP, Optional.empty(), 100);

        assertThat(all)
                .extracting(standing -> standing.path().value())
                .containsExactly("/top", "/top/a-b", "/top/a/b", "/top/z");
        assertThat(all)
                .extracting(Standing::head)
                .extracting(StreamHead::lastOffset)
                .containsExactly(2L, 1L, 1L, 3L);
        assertThat(all.get(0).head()).isEqualTo(store().head(TOP).orElseThrow());
        List<Standing> paged = new ArrayList<>();
        List<Standing> page = store().standings(TOP, Optional.empty(), 1);
        while (!page.isEmpty()) {
            paged.addAll(page);
            page = store().standings(TOP, Optional.of(page.get(0).path()), 1);
        }
        assertThat(paged).isEqualTo(all);
        assertThat(store().standings(stream("/"), Optional.empty(), 100)).isEqualTo(all);
    }

    @Test
    default void should_forget_removed_streams_in_a_subtree_but_not_their_positions() {
        given(LEAF, "leaf", 2);
        given(DEEP, "deep", 1);
        long last = store().lastPosition();

        commit(draft -> draft.remove(DEEP));

        assertThat(wholeSubtree(TOP, 0, 100)).hasSize(2);
        assertThat(store().standings(TOP, Optional.empty(), 100)).hasSize(1);
        assertThat(store().lastPosition()).isGreaterThanOrEqualTo(last);
    }

    @Test
    default void should_end_a_page_of_a_subtree_with_the_record_that_reaches_its_bytes() {
        given(LEAF, "leaf", 3);
        given(DEEP, "leaf", 3);
        long last = store().lastPosition();
        List<EventRecord> all =
                store().readSubtree(TOP, 0, last, 100, Long.MAX_VALUE).records();
        long two = (long) all.get(0).size() + all.get(1).size();

        SubtreePage page = store().readSubtree(TOP, 0, last, 100, two);
        SubtreePage rest = store().readSubtree(TOP, page.through(), last, 4, Long.MAX_VALUE);
        SubtreePage one = store().readSubtree(TOP, 0, last, 100, 1);

        assertThat(positions(page.records())).isEqualTo(positions(all.subList(0, 2)));
        assertThat(page.through()).isEqualTo(all.get(1).position());
        assertThat(positions(rest.records())).isEqualTo(positions(all.subList(2, 6)));
        assertThat(one.records()).hasSize(1);
    }

    /** The positions of all records of a subtree, read page by page. */
    default List<Long> wholeSubtree(StreamKey root, long after, int pageSize) {
        List<Long> found = new ArrayList<>();
        long last = store().lastPosition();
        for (long cursor = after; cursor < last; ) {
            SubtreePage page = store().readSubtree(root, cursor, last, pageSize, Long.MAX_VALUE);
            found.addAll(positions(page.records()));
            assertThat(page.records()).hasSizeLessThanOrEqualTo(pageSize);
            assertThat(page.through()).isGreaterThan(cursor).isLessThanOrEqualTo(last);
            cursor = page.through();
        }
        return found;
    }

    private static List<Long> positions(List<EventRecord> records) {
        return records.stream().map(EventRecord::position).toList();
    }
}
