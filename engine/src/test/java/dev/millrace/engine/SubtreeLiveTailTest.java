package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A live tail of a stream and all streams below it. */
@SuppressWarnings("FutureReturnValueIgnored")
class SubtreeLiveTailTest {
    private static final String SAID = "{'type':'said'}";

    private final EngineFixture fixture = new EngineFixture();
    private final SubtreeRecorder sink = new SubtreeRecorder();

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Subscription tail(String root, long after, boolean standings) {
        return fixture.engine.tailSubtree(PUBLIC, path(root), after, standings, sink);
    }

    @Test
    void should_deliver_the_whole_history_in_commit_order_and_then_what_comes() {
        fixture.append("/a/x", SAID);
        fixture.append("/a/y/z", SAID);
        fixture.append("/b", SAID);

        tail("/a", 0, false);
        eventually(sink::isCaughtUp);
        fixture.append("/a/x", SAID);
        fixture.append("/b", SAID);
        fixture.append("/a/new", SAID);

        eventually(() -> sink.calls().contains("/a/new@2"));
        assertThat(sink.calls())
                .containsSubsequence("/a@1", "/a/x@1", "/a/x@2", "/a/y@1", "/a/y/z@1", "/a/y/z@2", "caught up")
                .containsSubsequence("caught up", "/a/x@3", "/a/new@1", "/a/new@2")
                .noneMatch(call -> call.startsWith("/b"));
    }

    @Test
    void should_say_first_which_streams_there_are() {
        fixture.append("/a/x", SAID);
        fixture.append("/a/y", SAID);

        tail("/a", Long.MAX_VALUE, true);
        eventually(sink::isCaughtUp);
        fixture.append("/a/y", SAID);

        eventually(() -> sink.calls().contains("/a/y@3"));
        assertThat(sink.calls())
                .containsExactly(
                        "connected", "/a stands at 3", "/a/x stands at 2", "/a/y stands at 2", "caught up", "/a/y@3");
    }

    @Test
    void should_go_on_after_any_position() {
        fixture.append("/a/x", SAID);
        long position = fixture.append("/a/x", SAID).event().position();
        fixture.append("/a/y", SAID);

        tail("/a", position, false);

        eventually(sink::isCaughtUp);
        assertThat(sink.calls()).containsExactly("connected", "/a/y@1", "/a@3", "/a/y@2", "caught up");
    }

    @Test
    void should_take_a_position_that_was_never_given_out_for_the_end() {
        fixture.append("/a/x", SAID);

        tail("/a", 1_000_000, false);
        eventually(sink::isCaughtUp);
        fixture.append("/a/x", SAID);

        eventually(() -> sink.calls().size() == 3);
        assertThat(sink.calls()).containsExactly("connected", "caught up", "/a/x@3");
    }

    @Test
    void should_tell_of_a_destroyed_stream_between_its_lives() {
        fixture.append("/a/x", SAID);
        tail("/a", 0, false);
        eventually(sink::isCaughtUp);

        get(fixture.engine.destroy(PUBLIC, path("/a/x"), false));
        fixture.append("/a/x", SAID);

        eventually(() -> sink.calls().size() > 1
                && sink.calls().lastIndexOf("/a/x@2") > sink.calls().indexOf("/a/x destroyed"));
        assertThat(sink.calls()).containsSubsequence("/a/x@2", "caught up", "/a/x destroyed", "/a/x@1", "/a/x@2");
    }

    @Test
    void should_live_on_when_the_stream_on_top_is_destroyed() {
        fixture.append("/a/x", SAID);
        tail("/a", Long.MAX_VALUE, false);
        eventually(sink::isCaughtUp);

        get(fixture.engine.destroy(PUBLIC, path("/a"), false));
        fixture.append("/a/x", SAID);

        eventually(() -> sink.calls().contains("/a/x@3"));
        assertThat(sink.calls()).containsExactly("connected", "caught up", "/a destroyed", "/a/x@3");
    }

    @Test
    void should_tell_of_a_fork() {
        fixture.append("/b", SAID);
        tail("/a", Long.MAX_VALUE, false);
        eventually(sink::isCaughtUp);

        get(fixture.engine.fork(PUBLIC, path("/b"), 2, path("/a/fork")));

        eventually(() -> sink.calls().contains("/a/fork@2"));
        assertThat(sink.calls()).containsSubsequence("/a/fork@1", "/a/fork@2");
    }

    @Test
    void should_tell_of_an_import() {
        fixture.append("/b", SAID);
        tail("/a", Long.MAX_VALUE, false);
        eventually(sink::isCaughtUp);
        String log = fixture.log("/b").stream()
                .map(record -> Json.text(record) + "\n")
                .collect(Collectors.joining());

        get(fixture.engine.importEvents(PUBLIC, path("/a/copy"), Json.bytes(log)));

        eventually(() -> sink.calls().contains("/a/copy@2"));
        assertThat(sink.calls()).containsSubsequence("/a/copy@1", "/a/copy@2");
    }

    @Test
    void should_ask_a_slow_sink_for_more_only_when_it_is_ready() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        sink.answerWith(stage);
        for (int i = 0; i < 100; i++) {
            fixture.append("/a/x", SAID);
        }
        tail("/a", 0, false);
        eventually(() -> sink.pages() == 1);

        for (int i = 0; i < 3; i++) {
            get(fixture.send("/a/x", SAID)); // stored, although the sink is busy
        }
        assertThat(sink.pages()).isEqualTo(1);
        sink.answerWith(CompletableFuture.completedFuture(null));
        stage.complete(null);

        eventually(() -> sink.calls().contains("/a/x@104"));
    }

    @Test
    void should_end_a_tail_whose_sink_takes_no_note_of_too_many_destroyed_streams() {
        tail("/a", Long.MAX_VALUE, false);
        eventually(sink::isCaughtUp);
        CompletableFuture<Void> stage = new CompletableFuture<>();
        sink.answerWith(stage);
        fixture.append("/a", SAID);
        eventually(() -> sink.pages() == 1);

        for (int i = 0; i < 1025; i++) {
            fixture.engine.touch(PUBLIC, path("/a/" + i));
        }
        get(fixture.engine.destroy(PUBLIC, path("/a"), true));
        stage.complete(null);

        eventually(sink::hasEnded);
        assertThat(sink.failure()).hasMessageContaining("open another tail");
    }

    @Test
    void should_end_when_it_is_closed_and_when_the_engine_stops() {
        Subscription subscription = tail("/a", 0, true);
        eventually(sink::isCaughtUp);
        subscription.close();
        eventually(sink::hasEnded);
        SubtreeRecorder second = new SubtreeRecorder();
        fixture.engine.tailSubtree(PUBLIC, path("/a"), 0, true, second);
        eventually(second::isCaughtUp);

        fixture.engine.stop(Duration.ofSeconds(5));

        eventually(second::hasEnded);
        assertThat(second.failure()).isNull();
    }

    @Test
    void should_refuse_a_negative_position() {
        assertThatThrownBy(() -> tail("/a", -1, false)).hasMessageContaining("0 or more, got -1");
    }
}
