package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.engine.spi.EventRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class StreamEngineTest {
    private static final String STREAM = "https://events.iterate.com/events/stream/";
    private static final String PAUSED = "{'type':'" + STREAM + "paused'}";

    private final EngineFixture fixture = new EngineFixture();
    private final StreamEngine engine = fixture.engine;

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void should_create_a_stream_with_its_first_touch() {
        AppendedRecord first = fixture.append("/a", "{'type':'hello-world'}");

        assertThat(Json.text(first.event()))
                .isEqualTo("{'streamPath':'/a','type':'hello-world','payload':{},'offset':2,"
                        + "'createdAt':'2026-04-14T11:20:30.456Z'}");
        assertThat(Json.text(fixture.log("/a").get(0)))
                .isEqualTo("{'streamPath':'/a','type':'" + STREAM + "initialized',"
                        + "'payload':{'projectSlug':'public','path':'/a'},"
                        + "'metadata':{'millrace':{'incarnation':'life-2'}},"
                        + "'offset':1,'createdAt':'2026-04-14T11:20:30.456Z'}");
    }

    @Test
    void should_announce_a_stream_and_all_its_ancestors_to_everyone_above() {
        fixture.append("/a/b/c/d", "{'type':'t'}");
        fixture.append("/a/b/c/d", "{'type':'t'}");

        assertThat(fixture.announced("/")).containsExactly("/a", "/a/b", "/a/b/c", "/a/b/c/d");
        assertThat(fixture.announced("/a")).containsExactly("/a/b", "/a/b/c", "/a/b/c/d");
        assertThat(fixture.announced("/a/b")).containsExactly("/a/b/c", "/a/b/c/d");
        assertThat(fixture.announced("/a/b/c")).containsExactly("/a/b/c/d");
        assertThat(fixture.announced("/a/b/c/d")).isEmpty();
        assertThat(fixture.log("/a/b/c").get(1).idempotencyKey()).contains("millrace/child:/a/b/c/d:life-5");
    }

    @Test
    void should_survive_the_deepest_path() {
        String deepest = "/a".repeat(32);

        fixture.append(deepest, "{'type':'t'}");

        assertThat(fixture.announced("/")).hasSize(32);
        assertThat(fixture.eventCount(deepest)).isEqualTo(2);
    }

    @Test
    void should_announce_to_a_paused_ancestor() {
        fixture.append("/", PAUSED);

        fixture.append("/a", "{'type':'t'}");

        assertThat(fixture.announced("/")).containsExactly("/a");
        assertThat(engine.head(PUBLIC, path("/")).orElseThrow().paused()).isTrue();
    }

    @Test
    void should_store_concurrent_appends_without_gaps() {
        List<CompletableFuture<List<AppendedRecord>>> sent = IntStream.range(0, 50)
                .parallel()
                .mapToObj(n -> fixture.send("/a", "{'type':'t','payload':{'n':" + n + "}}"))
                .toList();

        assertThat(sent.stream()
                        .map(EngineFixture::get)
                        .map(answers -> answers.get(0).event().offset()))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(2, 51).boxed().toList());
        assertThat(fixture.log("/a"))
                .extracting(EventRecord::offset)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 51).boxed().toList());
        assertThat(fixture.log("/a")).extracting(EventRecord::position).isSorted();
    }

    @Test
    void should_store_the_appends_of_one_thread_in_the_order_of_its_calls() {
        List<CompletableFuture<List<AppendedRecord>>> sent = new ArrayList<>();
        for (int n = 2; n < 500; n++) {
            sent.add(fixture.send("/a", "{'type':'t','offset':" + n + "}"));
        }

        assertThat(sent.stream()
                        .map(EngineFixture::get)
                        .map(answers -> answers.get(0).event().offset()))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(498);
    }

    @Test
    void should_append_once_for_many_concurrent_repetitions_of_a_key() {
        List<CompletableFuture<List<AppendedRecord>>> sent = IntStream.range(0, 40)
                .parallel()
                .mapToObj(n -> fixture.send("/a", "{'type':'t','idempotencyKey':'k'}"))
                .toList();

        assertThat(sent.stream().map(EngineFixture::get).map(answers -> answers.get(0)))
                .allMatch(answer -> answer.event().offset() == 2)
                .filteredOn(answer -> !answer.replayed())
                .hasSize(1);
    }

    @Test
    void should_leave_a_fresh_stream_created_by_a_refused_append() {
        assertRefused(Code.OFFSET_MISMATCH, fixture.send("/a", "{'type':'t','offset':3}"));

        assertThat(fixture.log("/a")).hasSize(1);
        assertThat(get(engine.state(PUBLIC, path("/a"))).eventCount()).isEqualTo(1);
    }

    @Test
    void should_touch_nothing_for_a_body_that_does_not_parse() {
        assertRefused(Code.BAD_REQUEST, fixture.send("/a", "{'type':"));

        assertThat(engine.head(PUBLIC, path("/a"))).isEmpty();
        assertThat(engine.head(PUBLIC, path("/"))).isEmpty();
    }

    @Test
    void should_not_let_a_refused_batch_leave_a_trace() {
        fixture.append("/a", "{'type':'t'}");

        assertRefused(Code.PAUSED, fixture.send("/a", "{'type':'x','idempotencyKey':'k'}", PAUSED, "{'type':'y'}"));

        assertThat(fixture.log("/a")).hasSize(2);
        assertThat(fixture.append("/a", "{'type':'x','idempotencyKey':'k'}").replayed())
                .isFalse();
    }

    @Test
    void should_keep_projects_apart() {
        ProjectSlug other = ProjectSlug.of("team-a");
        fixture.append("/a", "{'type':'t','idempotencyKey':'k'}");

        assertThat(engine.head(other, path("/a"))).isEmpty();
        assertThat(get(engine.append(other, path("/a"), Json.all("{'type':'u','idempotencyKey':'k'}")))
                        .get(0)
                        .replayed())
                .isFalse();
        assertThat(fixture.log("/a")).hasSize(2);
    }

    @Test
    void should_fold_children_and_metadata_of_any_spelling() {
        fixture.append("/a", "{'type':'" + STREAM + "metadata-updated','payload':{'metadata':{'old':1}}}");
        fixture.append("/a", "{'type':'events.iterate.com/core/metadata-updated','payload':{'metadata':{'n':1.50}}}");
        fixture.append("/a/z/y", "{'type':'t'}");
        fixture.append("/a/b", "{'type':'t'}");
        for (String announced : List.of("/a/z", "/a/q/r/s", "/elsewhere", "/a", "No Path")) {
            fixture.append(
                    "/a",
                    "{'type':'events.iterate.com/stream/child-stream-created','payload':{'childPath':'" + announced
                            + "'}}");
        }

        StreamState state = get(engine.state(PUBLIC, path("/a")));

        assertThat(state.eventCount()).isEqualTo(fixture.eventCount("/a"));
        assertThat(state.childPaths()).containsExactly(path("/a/z"), path("/a/b"), path("/a/q"));
        assertThat(state.metadata()).hasToString("{\"n\":1.50}");
        assertThat(state.processors()).isEmpty();
    }

    @Test
    void should_create_a_stream_by_asking_for_its_state_but_not_by_listing_or_destroying_it() {
        assertThat(get(engine.list(PUBLIC, path("/a")))).isEmpty();
        assertThat(get(engine.destroy(PUBLIC, path("/a"), true)).count()).isZero();
        assertThat(engine.head(PUBLIC, path("/a"))).isEmpty();

        StreamState state = get(engine.state(PUBLIC, path("/a")));

        assertThat(state.eventCount()).isEqualTo(1);
        assertThat(state.childPaths()).isEmpty();
        assertThat(state.metadata()).isEmpty();
        assertThat(get(engine.touch(PUBLIC, path("/a"))).lastOffset()).isEqualTo(1);
    }

    @Test
    void should_list_a_stream_and_its_descendants_newest_first() {
        fixture.append("/b", "{'type':'t'}");
        fixture.timers.advance(Duration.ofSeconds(1));
        fixture.append("/a/x", "{'type':'t'}");
        fixture.timers.advance(Duration.ofSeconds(1));
        fixture.append("/c", "{'type':'t'}");

        assertThat(get(engine.list(PUBLIC, path("/"))))
                .extracting(StreamSummary::path)
                .containsExactly(path("/c"), path("/a"), path("/a/x"), path("/"), path("/b"));
        assertThat(get(engine.list(PUBLIC, path("/a"))))
                .extracting(StreamSummary::path)
                .containsExactly(path("/a"), path("/a/x"));
    }

    @Test
    void should_destroy_one_stream_and_answer_its_last_state() {
        fixture.append("/a/b", "{'type':'t'}");
        fixture.append("/a", "{'type':'t'}");

        DestroyResult destroyed = get(engine.destroy(PUBLIC, path("/a"), false));

        assertThat(destroyed.finalStates()).containsOnlyKeys(path("/a"));
        StreamState last = destroyed.finalStates().values().iterator().next();
        assertThat(last.eventCount()).isEqualTo(3);
        assertThat(last.childPaths()).containsExactly(path("/a/b"));
        assertThat(engine.head(PUBLIC, path("/a"))).isEmpty();
        assertThat(fixture.log("/a/b")).hasSize(2);
        assertThat(get(engine.destroy(PUBLIC, path("/a"), false)).count()).isZero();
    }

    @Test
    void should_destroy_a_subtree() {
        fixture.append("/a/b/c", "{'type':'t'}");
        fixture.append("/a/d", "{'type':'t'}");
        fixture.append("/other", "{'type':'t'}");

        DestroyResult destroyed = get(engine.destroy(PUBLIC, path("/a"), true));

        assertThat(destroyed.finalStates()).containsOnlyKeys(path("/a"), path("/a/b"), path("/a/b/c"), path("/a/d"));
        assertThat(engine.head(PUBLIC, path("/a/b/c"))).isEmpty();
        assertThat(fixture.log("/other")).hasSize(2);
    }

    @Test
    void should_begin_a_new_life_after_a_destroy_and_announce_it_again() {
        fixture.append("/a", "{'type':'t','idempotencyKey':'k'}");
        String before = engine.head(PUBLIC, path("/a")).orElseThrow().incarnation();
        get(engine.destroy(PUBLIC, path("/a"), false));
        assertThat(get(engine.list(PUBLIC, path("/"))))
                .extracting(StreamSummary::path)
                .contains(path("/a"));

        AppendedRecord again = fixture.append("/a", "{'type':'t','idempotencyKey':'k'}");

        assertThat(again.event().offset()).isEqualTo(2);
        assertThat(again.replayed()).isFalse();
        assertThat(engine.head(PUBLIC, path("/a")).orElseThrow().incarnation()).isNotEqualTo(before);
        assertThat(fixture.announced("/")).containsExactly("/a", "/a");
        assertThat(get(engine.state(PUBLIC, path("/"))).childPaths()).containsExactly(path("/a"));
    }

    @Test
    void should_answer_with_the_very_last_state_when_appends_and_a_destroy_race() {
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<List<AppendedRecord>>> sent = sendThirty();
            CompletableFuture<DestroyResult> destroyed = engine.destroy(PUBLIC, path("/race"), false);
            sent.addAll(sendThirty());
            sent.forEach(EngineFixture::get);
            long wiped = get(destroyed).finalStates().values().iterator().next().eventCount();
            long left = fixture.eventCount("/race");
            assertThat(wiped + left)
                    .as("every append is in one of the two incarnations, each with its initialized event")
                    .isEqualTo(60 + 1 + (left == 0 ? 0 : 1));
            get(engine.destroy(PUBLIC, path("/race"), false));
        }
    }

    @Test
    void should_show_an_acknowledged_append_to_the_read_that_follows() {
        for (int n = 2; n < 200; n++) {
            long offset = fixture.append("/a", "{'type':'t'}").event().offset();
            assertThat(fixture.eventCount("/a")).isEqualTo(offset);
        }
    }

    @Test
    void should_complete_futures_off_the_writer_so_that_their_owners_may_block() {
        CompletableFuture<JsonNode> chained = fixture.send("/a", "{'type':'first'}")
                .thenApply(answers -> Json.tree(
                        fixture.append("/a", "{'type':'from a callback'}").event()));

        assertThat(get(chained).path("offset").asInt()).isEqualTo(3);
    }

    private List<CompletableFuture<List<AppendedRecord>>> sendThirty() {
        List<CompletableFuture<List<AppendedRecord>>> sent = new ArrayList<>();
        for (int n = 0; n < 30; n++) {
            sent.add(fixture.send("/race", "{'type':'t'}"));
        }
        return sent;
    }

    private static void assertRefused(Code code, CompletableFuture<?> future) {
        assertThatThrownBy(() -> get(future))
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
