package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.RecordAssert.assertSame;
import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of stored content: any key, type and bytes, separately for each stream. */
interface StoreContentTests extends StoreSubject {
    StreamKey HOME = stream("/content");

    @Test
    default void should_find_a_record_by_its_key_in_its_own_stream_only() {
        StreamKey other = stream("/content/other");
        List<EventRecord> written = commit(draft -> {
            append(draft, HOME, "said");
            append(draft, HOME, "said", "key");
            append(draft, other, "said", "key");
        });

        assertSame(store().find(HOME, "key").orElseThrow(), written.get(1));
        assertSame(store().find(other, "key").orElseThrow(), written.get(2));
        assertThat(store().find(HOME, "KEY")).isEmpty();
        assertThat(store().find(HOME, "ke")).isEmpty();
        assertThat(store().find(stream("/nowhere"), "key")).isEmpty();
    }

    @Test
    default void should_find_a_key_again_after_later_commits() {
        commit(draft -> append(draft, HOME, "said", "key"));

        given(HOME, "said", 1);

        assertThat(store().facts().find(HOME, "key").map(EventRecord::offset)).contains(1L);
        assertThat(store().find(HOME, "key").map(EventRecord::offset)).contains(1L);
    }

    @Test
    default void should_keep_projects_apart() {
        StreamKey mine = new StreamKey(ProjectSlug.of("mine"), StreamPath.of("/same/path"));
        StreamKey yours = new StreamKey(ProjectSlug.of("your's; --"), StreamPath.of("/same/path"));
        commit(draft -> {
            append(draft, mine, "said", "key");
            append(draft, yours, "heard");
            append(draft, yours, "heard");
            draft.saveCursor(mine, "chat", new Cursor("first", 1));
        });

        assertThat(all(mine)).hasSize(1);
        assertThat(all(yours)).hasSize(2);
        assertThat(store().find(yours, "key")).isEmpty();
        assertThat(store().cursor(yours, "chat")).isEmpty();
        assertThat(store().streamsWith(Set.of("heard"))).containsExactly(yours);
        commit(draft -> draft.remove(mine));
        assertThat(all(yours)).hasSize(2);
    }

    /** The engine puts a space before the keys of callers, to keep them apart from those of processors. */
    @Test
    default void should_tell_keys_apart_that_differ_by_space_before_them() {
        List<EventRecord> written = commit(draft -> {
            append(draft, HOME, "a", "key");
            append(draft, HOME, "a", " key");
        });

        assertSame(store().find(HOME, "key").orElseThrow(), written.get(0));
        assertSame(store().find(HOME, " key").orElseThrow(), written.get(1));
        assertThat(store().find(HOME, "  key")).isEmpty();
    }

    @Test
    default void should_keep_text_of_any_script() {
        String text = "Grüße, 世界, عالم, 👩‍🚀, a\u0000b, '\"\\; --, \uFFFF";
        StreamKey stream = new StreamKey(ProjectSlug.of(text), StreamPath.of("/content/text"));
        List<EventRecord> written = commit(draft -> {
            append(draft, stream, text, text);
            draft.saveCursor(stream, text, new Cursor("first", 1));
        });

        assertSame(all(stream), written);
        assertSame(store().find(stream, text).orElseThrow(), written.get(0));
        assertThat(store().find(stream, text.substring(0, text.indexOf('\u0000') + 1)))
                .isEmpty();
        assertThat(store().streamsWith(Set.of(text))).containsExactly(stream);
        assertThat(store().streamsWithCursor(text)).containsExactly(stream);
        assertThat(store().cursor(stream, text)).contains(new Cursor("first", 1));
    }

    @Test
    default void should_keep_large_records_byte_for_byte() {
        byte[] bytes = new byte[3 << 20];
        new Random(3).nextBytes(bytes);
        String longText = "x".repeat(2048);

        commit(draft -> append(draft, HOME, longText, Optional.of(longText), bytes));

        assertThat(all(HOME).get(0).body()).isEqualTo(bytes);
        assertThat(store().find(HOME, longText).orElseThrow().type()).isEqualTo(longText);
    }

    @Test
    default void should_keep_any_bytes_unchanged() {
        byte[] bytes = " {\"number\": 1.10e+3 }\n".getBytes(StandardCharsets.UTF_8);

        commit(draft -> {
            append(draft, HOME, "bytes", Optional.empty(), bytes);
            append(draft, HOME, "none", Optional.empty(), new byte[0]);
        });

        assertThat(all(HOME)).extracting(EventRecord::body).containsExactly(bytes, new byte[0]);
    }

    @Test
    default void should_hold_many_streams() {
        int streams = 3_000;
        for (int i = 0; i < streams; i += 500) {
            int from = i;
            commit(draft -> {
                for (int n = from; n < from + 500; n++) {
                    append(draft, stream("/many/s" + n), n % 3 == 0 ? "third" : "said", "key-" + n);
                }
            });
        }
        commit(draft -> {
            for (int n = 0; n < streams; n += 7) {
                append(draft, stream("/many/s" + n), "again");
            }
        });

        for (int n = 0; n < streams; n += 13) {
            StreamKey stream = stream("/many/s" + n);
            assertThat(store().head(stream).map(StreamHead::lastOffset)).contains(n % 7 == 0 ? 2L : 1L);
            assertThat(store().find(stream, "key-" + n)).isPresent();
        }
        assertThat(store().streamsWith(Set.of("third"))).hasSize(streams / 3).doesNotHaveDuplicates();
    }

    @Test
    default void should_return_each_stream_with_one_of_the_types_once() {
        StreamKey other = stream("/content/other");
        given(HOME, "said", 3);
        given(HOME, "heard", 1);
        given(other, "heard", 2);
        given(stream("/content/third"), "seen", 1);

        assertThat(store().streamsWith(Set.of("said"))).containsExactly(HOME);
        assertThat(store().streamsWith(Set.of("said", "heard"))).containsExactlyInAnyOrder(HOME, other);
        assertThat(store().streamsWith(Set.of("Said"))).isEmpty();
        assertThat(store().streamsWith(Set.of())).isEmpty();
    }
}
