package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Forks begin with the events of their source and are independent of it afterwards. */
class ForkTest {
    private final EngineFixture millrace = new EngineFixture();

    @AfterEach
    void stop() {
        millrace.close();
    }

    private StreamHead fork(String from, long at, String to) {
        return get(millrace.engine.fork(PUBLIC, path(from), at, path(to)));
    }

    @Test
    void should_copy_the_events_up_to_an_offset() {
        millrace.append("/a", "{'type':'one','payload':{'n':1.50},'metadata':{'by':'me'},'idempotencyKey':'k'}");
        millrace.append("/a", "{'type':'two'}");
        millrace.append("/a", "{'type':'three'}");

        StreamHead head = fork("/a", 3, "/b/c");

        List<EventRecord> source = millrace.log("/a");
        List<EventRecord> fork = millrace.log("/b/c");
        assertThat(head.lastOffset()).isEqualTo(3);
        assertThat(head).isEqualTo(millrace.engine.head(PUBLIC, path("/b/c")).orElseThrow());
        assertThat(head.incarnation())
                .isNotEqualTo(
                        millrace.engine.head(PUBLIC, path("/a")).orElseThrow().incarnation());
        assertThat(fork).extracting(EventRecord::type).endsWith("one", "two").hasSize(3);
        for (int i = 1; i < 3; i++) {
            assertThat(Json.text(fork.get(i)))
                    .isEqualTo(Json.text(source.get(i)).replace("{'streamPath':'/a'", "{'streamPath':'/b/c'"));
        }
        JsonNode born = Json.tree(fork.get(0));
        assertThat(born.path("streamPath").textValue()).isEqualTo("/b/c");
        assertThat(born.path("payload").toString())
                .isEqualTo(
                        "{\"projectSlug\":\"public\",\"path\":\"/b/c\",\"forkedFrom\":{\"path\":\"/a\",\"offset\":3}}");
        assertThat(born.path("metadata").path("millrace").path("incarnation").textValue())
                .isEqualTo(head.incarnation());
        assertThat(fork).extracting(EventRecord::createdAt).isSorted();
    }

    @Test
    void should_keep_the_two_apart_from_then_on() {
        millrace.append("/a", "{'type':'one','idempotencyKey':'k'}");
        fork("/a", 2, "/b");

        assertThat(millrace.append("/b", "{'type':'here'}").event().offset()).isEqualTo(3);
        assertThat(millrace.append("/a", "{'type':'there'}").event().offset()).isEqualTo(3);
        get(millrace.engine.destroy(PUBLIC, path("/a"), false));

        assertThat(millrace.log("/b")).extracting(EventRecord::type).endsWith("one", "here");
        assertThat(millrace.eventCount("/a")).isZero();
    }

    @Test
    void should_know_the_idempotency_keys_that_were_copied_and_no_others() {
        millrace.append("/a", "{'type':'one','idempotencyKey':'early'}");
        millrace.append("/a", "{'type':'two','idempotencyKey':'late'}");
        fork("/a", 2, "/b");

        AppendedRecord early = millrace.append("/b", "{'type':'one','idempotencyKey':'early'}");
        AppendedRecord late = millrace.append("/b", "{'type':'two','idempotencyKey':'late'}");

        assertThat(early.replayed()).isTrue();
        assertThat(early.event().offset()).isEqualTo(2);
        assertThat(Json.tree(early.event()).path("streamPath").textValue()).isEqualTo("/b");
        assertThat(late.replayed()).isFalse();
    }

    @Test
    void should_be_paused_when_its_source_was_at_that_offset() {
        millrace.append("/a", "{'type':'https://events.iterate.com/events/stream/paused'}");
        millrace.append("/a", "{'type':'https://events.iterate.com/events/stream/resumed'}");

        fork("/a", 2, "/paused");
        fork("/a", 3, "/resumed");
        fork("/a", 1, "/before");

        assertThatThrownBy(() -> millrace.append("/paused", "{'type':'x'}")).hasMessageContaining("stream is paused");
        assertThat(millrace.append("/resumed", "{'type':'x'}").event().offset()).isEqualTo(4);
        assertThat(millrace.append("/before", "{'type':'x'}").event().offset()).isEqualTo(2);
    }

    @Test
    void should_refuse_to_copy_more_than_others_can_wait_for() {
        try (EngineFixture small =
                new EngineFixture(Limits.builder().forkEvents(3).forkBytes(600).build())) {
            for (int i = 0; i < 4; i++) {
                small.append("/many", "{'type':'a'}");
                small.append("/large", "{'type':'a','payload':{'t':'" + "x".repeat(100) + "'}}");
            }

            assertThatThrownBy(() -> get(small.engine.fork(PUBLIC, path("/many"), 5, path("/f"))))
                    .hasMessageContaining("it would copy 4 events")
                    .hasMessageContaining("at most 3 events (limit forkEvents) are copied; fork at an earlier offset")
                    .hasCauseInstanceOf(StreamException.class);
            assertThatThrownBy(() -> get(small.engine.fork(PUBLIC, path("/large"), 4, path("/f"))))
                    .hasMessageContaining("at most 600 bytes (limit forkBytes)");
            assertThat(small.engine.head(PUBLIC, path("/f"))).isEmpty();
            assertThat(get(small.engine.fork(PUBLIC, path("/many"), 4, path("/f")))
                            .lastOffset())
                    .isEqualTo(4);
            assertThat(get(small.engine.fork(PUBLIC, path("/large"), 3, path("/g")))
                            .lastOffset())
                    .isEqualTo(3);
        }
    }

    @Test
    void should_announce_it_to_its_ancestors_like_any_stream() {
        millrace.append("/a", "{'type':'one'}");

        fork("/a", 2, "/a/deep/fork");

        assertThat(millrace.announced("/")).contains("/a/deep", "/a/deep/fork");
        assertThat(millrace.announced("/a")).containsExactlyInAnyOrder("/a/deep", "/a/deep/fork");
        assertThat(millrace.announced("/a/deep")).containsExactly("/a/deep/fork");
        assertThat(get(millrace.engine.list(PUBLIC, path("/a/deep/fork")))).hasSize(1);
    }

    @Test
    void should_fork_a_fork_and_say_where_it_comes_from_itself() {
        millrace.append("/a", "{'type':'one'}");
        fork("/a", 2, "/b");
        millrace.append("/b", "{'type':'two'}");

        fork("/b", 3, "/c");

        assertThat(millrace.log("/c")).extracting(EventRecord::type).endsWith("one", "two");
        assertThat(millrace.log("/c"))
                .allSatisfy(record -> assertThat(
                                Json.tree(record).path("streamPath").textValue())
                        .isEqualTo("/c"));
        assertThat(Json.payload(millrace.log("/c").get(0))
                        .path("forkedFrom")
                        .path("path")
                        .textValue())
                .isEqualTo("/b");
    }

    @Test
    void should_refuse_offsets_that_are_not_there_and_paths_that_are() {
        millrace.append("/a", "{'type':'one'}");
        millrace.append("/taken", "{'type':'one'}");

        assertRefused(Code.BAD_REQUEST, "/a", 0, "/b", "at must be 1 or more");
        assertRefused(Code.BAD_REQUEST, "/a", -7, "/b", "at must be 1 or more");
        assertRefused(Code.BAD_REQUEST, "/a", 3, "/b", "the stream ends at 2");
        assertRefused(Code.BAD_REQUEST, "/never", 1, "/b", "there is no such stream");
        assertRefused(Code.CONFLICT, "/a", 2, "/taken", "/taken exists already");
        assertRefused(Code.CONFLICT, "/a", 2, "/a", "/a exists already");
        assertThat(millrace.eventCount("/b")).isZero();
        assertThat(millrace.eventCount("/never")).isZero();
        assertThat(millrace.log("/taken")).hasSize(2);
    }

    @Test
    void should_let_one_of_many_forks_to_the_same_path_win() {
        millrace.append("/a", "{'type':'one'}");
        List<CompletableFuture<StreamHead>> forks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            forks.add(millrace.engine.fork(PUBLIC, path("/a"), 2, path("/b")));
        }

        long won = forks.stream().filter(ForkTest::succeeded).count();

        assertThat(won).isEqualTo(1);
        assertThat(millrace.log("/b")).hasSize(2);
    }

    @Test
    void should_show_a_tail_the_whole_fork_and_what_comes_after() {
        for (int i = 0; i < 600; i++) {
            millrace.append("/a", "{'type':'t" + i + "'}");
        }
        fork("/a", 601, "/b");
        RecordingSink sink = new RecordingSink();
        millrace.engine.tail(PUBLIC, path("/b"), 0, sink);
        millrace.append("/b", "{'type':'own'}");

        EngineFixture.eventually(() -> sink.offsets().size() == 602);
        assertThat(sink.offsets()).isSorted().doesNotHaveDuplicates();
    }

    private void assertRefused(Code code, String from, long at, String to, String words) {
        assertThatThrownBy(() -> fork(from, at, to))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static boolean succeeded(CompletableFuture<StreamHead> fork) {
        try {
            get(fork);
            return true;
        } catch (CompletionException refused) {
            return false;
        }
    }

    @Test
    void should_be_refused_by_a_store_that_cannot_copy_and_fail_no_other_append() {
        ControlledStore store = new ControlledStore(new InMemoryEventStore());
        try (EngineFixture other = new EngineFixture(memory -> store.withoutCopies())) {
            other.append("/a", "{'type':'one'}");
            store.holdCommits();
            CompletableFuture<List<AppendedRecord>> held = other.send("/first", "{'type':'x'}");
            eventually(store::isCommitting);
            CompletableFuture<List<AppendedRecord>> before = other.send("/b", "{'type':'x'}");
            CompletableFuture<StreamHead> fork = other.engine.fork(PUBLIC, path("/a"), 2, path("/copy"));
            eventually(() -> other.engine.parts().writer().queued() == 2);
            CompletableFuture<List<AppendedRecord>> after = other.send("/c", "{'type':'x'}");
            store.release();

            assertThat(List.of(get(held), get(before), get(after)))
                    .allSatisfy(answer -> assertThat(answer).hasSize(1));
            assertThatThrownBy(() -> get(fork))
                    .hasCauseInstanceOf(StreamException.class)
                    .cause()
                    .hasMessageContaining("/a; the store cannot do this")
                    .extracting(failure -> ((StreamException) failure).code())
                    .isEqualTo(Code.BAD_REQUEST);
            assertThat(other.eventCount("/copy")).isZero();
            assertThat(other.announced("/")).doesNotContain("/copy");
        }
    }
}
