package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscription;
import dev.millrace.engine.spi.EventRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class StreamLiveTailTest {
    private final EngineFixture fixture = new EngineFixture();
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void should_deliver_the_backlog_then_say_caught_up_then_stay_live() {
        appendMany("/a", 3);

        tail("/a", 0);
        eventually(() -> sink.calls().contains("caught up 4"));
        appendMany("/a", 2);

        eventually(() -> sink.offsets().size() == 6);
        assertThat(sink.calls()).containsExactly("connected 4", "1", "2", "3", "4", "caught up 4", "5", "6");
        assertThat(sink.connected()).hasValueSatisfying(connected -> {
            assertThat(connected.gap()).isZero();
            assertThat(connected.incarnation()).isEqualTo("life-2");
        });
    }

    @Test
    void should_begin_after_the_offset_it_was_given() {
        appendMany("/a", 3);

        tail("/a", 2);

        eventually(() -> sink.calls().contains("caught up 4"));
        assertThat(sink.calls()).containsExactly("connected 4", "3", "4", "caught up 4");
    }

    @Test
    void should_be_caught_up_at_once_at_the_head_and_beyond_it() {
        appendMany("/a", 3);

        tail("/a", 4);
        RecordingSink beyond = new RecordingSink();
        fixture.engine.tail(PUBLIC, path("/a"), 6, beyond);
        eventually(() -> sink.calls().size() == 2 && beyond.calls().size() == 2);
        appendMany("/a", 4);

        eventually(() -> sink.offsets().size() == 4 && beyond.offsets().size() == 2);
        assertThat(sink.calls()).containsExactly("connected 4", "caught up 4", "5", "6", "7", "8");
        assertThat(beyond.calls()).containsExactly("connected 4", "caught up 4", "7", "8");
    }

    @Test
    void should_begin_anew_on_a_stream_that_is_too_short_if_the_sink_wants_it() {
        appendMany("/a", 3);
        RecordingSink exact = new RecordingSink();
        sink.beginAnew();
        exact.beginAnew();

        tail("/a", 5);
        fixture.engine.tail(PUBLIC, path("/a"), 4, exact);

        eventually(() -> sink.calls().contains("caught up 4") && exact.calls().contains("caught up 4"));
        assertThat(sink.calls()).containsExactly("too short", "connected 4", "1", "2", "3", "4", "caught up 4");
        assertThat(exact.calls()).containsExactly("connected 4", "caught up 4");
    }

    @Test
    void should_give_back_room_that_it_does_not_need() {
        appendMany("/a", 3);
        tail("/a", 4);
        eventually(() -> sink.calls().contains("caught up 4"));
        AtomicInteger made = new AtomicInteger();
        AtomicInteger given = new AtomicInteger();
        RecordSink beyond = new RecordSink() {
            @Override
            public CompletionStage<Void> makeRoom() {
                made.incrementAndGet();
                appendMany("/a", 1);
                // then the newest records are in memory, and none of them is for this sink
                return CompletableFuture.runAsync(
                        () -> eventually(() -> sink.calls().contains("5")));
            }

            @Override
            public void onNothingRead() {
                given.incrementAndGet();
            }

            @Override
            public void onConnected(ConnectionInfo connected) {}

            @Override
            public CompletionStage<Void> onRecords(List<EventRecord> page) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void onCaughtUp(long watermark) {}

            @Override
            public void onEnd(@Nullable Throwable failure) {}
        };

        fixture.engine.tail(PUBLIC, path("/a"), 7, beyond);

        eventually(() -> made.get() == 1 && given.get() == 1);
    }

    @Test
    void should_create_the_stream_it_follows() {
        tail("/a/b", 0);

        eventually(() -> sink.calls().size() == 3);
        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1");
        assertThat(fixture.announced("/")).containsExactly("/a", "/a/b");
    }

    @Test
    void should_refuse_a_negative_offset() {
        assertThatThrownBy(() -> tail("/a", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_show_everything_once_and_in_order_while_many_append() {
        List<RecordingSink> sinks = new ArrayList<>();
        IntStream.range(0, 8).parallel().forEach(thread -> {
            for (int n = 0; n < 250; n++) {
                get(fixture.send("/a", "{'type':'t'}", "{'type':'u'}"));
                if (n % 50 == 7) {
                    RecordingSink late = new RecordingSink();
                    synchronized (sinks) {
                        sinks.add(late);
                    }
                    fixture.engine.tail(PUBLIC, path("/a"), 0, late);
                }
            }
        });

        List<Long> all = LongStream.rangeClosed(1, 1 + 8 * 250 * 2).boxed().toList();
        assertThat(sinks).hasSize(40).allSatisfy(each -> {
            eventually(() -> each.offsets().size() >= all.size());
            assertThat(each.offsets()).isEqualTo(all);
            assertThat(each.calls()).noneMatch(call -> call.contains("OVERLAPPING"));
            long watermark = each.connected().orElseThrow().watermark();
            assertThat(each.calls().indexOf("caught up " + watermark))
                    .as("onCaughtUp comes right after the event at the watermark")
                    .isEqualTo((int) watermark + 1);
            assertThat(each.calls().stream().filter(call -> call.startsWith("caught up")))
                    .hasSize(1);
        });
    }

    @Test
    void should_hand_over_the_next_page_only_when_the_sink_is_done_with_the_last() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        sink.answerWith(slow);
        appendMany("/a", 50);
        tail("/a", 0);
        eventually(() -> !sink.offsets().isEmpty());

        appendMany("/a", 3000);
        List<Long> whileSlow = sink.offsets();
        sink.answerWith(CompletableFuture.completedFuture(null));
        slow.complete(null);

        assertThat(whileSlow).hasSizeLessThanOrEqualTo(16);
        eventually(() -> sink.offsets().size() == 3051);
        assertThat(sink.offsets())
                .isEqualTo(LongStream.rangeClosed(1, 3051).boxed().toList());
        assertThat(sink.pageSizes()).allMatch(size -> size <= 256);
    }

    @Test
    void should_not_let_a_slow_sink_delay_another() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        sink.answerWith(slow);
        tail("/a", 0);
        eventually(() -> !sink.offsets().isEmpty());
        RecordingSink quick = new RecordingSink();
        fixture.engine.tail(PUBLIC, path("/a"), 0, quick);

        appendMany("/a", 100);

        eventually(() -> quick.offsets().size() == 101);
        assertThat(sink.offsets()).hasSize(1);
        slow.complete(null);
    }

    @Test
    void should_keep_pages_of_large_events_small() {
        String large = "{'type':'t','payload':{'s':'" + "x".repeat(500_000) + "'}}";
        for (int n = 0; n < 40; n++) {
            fixture.append("/a", large);
        }

        tail("/a", 0);

        eventually(() -> sink.offsets().size() == 41);
        assertThat(sink.pageSizes()).allMatch(size -> size <= 4);
    }

    @Test
    void should_end_when_closed_and_say_so_once() {
        Subscription tail = tail("/a", 0);
        eventually(() -> sink.calls().contains("caught up 1"));

        tail.close();
        tail.close();
        eventually(sink::hasEnded);
        appendMany("/a", 3);

        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1", "end");
        assertThat(sink.failure()).isEmpty();
    }

    @Test
    void should_wait_for_the_stage_under_way_before_the_last_call() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        sink.answerWith(slow);
        Subscription tail = tail("/a", 0);
        eventually(() -> !sink.offsets().isEmpty());

        tail.close();
        assertThat(sink.hasEnded()).isFalse();
        slow.complete(null);

        eventually(sink::hasEnded);
        assertThat(sink.calls()).containsExactly("connected 1", "1", "end");
    }

    @Test
    void should_end_with_the_failure_of_its_sink() {
        IllegalStateException broken = new IllegalStateException("broken pipe");
        sink.answerWith(CompletableFuture.failedFuture(broken));

        tail("/a", 0);

        eventually(sink::hasEnded);
        assertThat(sink.failure()).containsSame(broken);
    }

    @Test
    void should_end_with_the_destruction_of_its_stream_and_see_nothing_of_the_next_life() {
        for (int round = 0; round < 50; round++) {
            RecordingSink each = new RecordingSink();
            appendMany("/a", 3);
            fixture.engine.tail(PUBLIC, path("/a"), 0, each);
            if (round % 2 == 0) {
                eventually(() -> each.connected().isPresent());
            }

            get(fixture.engine.destroy(PUBLIC, path("/a"), false));
            appendMany("/a", 6);

            if (each.connected().isPresent() && each.connected().get().watermark() == 4) {
                eventually(each::hasEnded);
                assertThat(each.failure()).isEmpty();
                assertThat(each.offsets()).allMatch(offset -> offset <= 4).isSorted();
            }
            get(fixture.engine.destroy(PUBLIC, path("/a"), false));
        }
    }

    @Test
    void should_end_all_tails_when_the_engine_stops_and_refuse_new_ones() {
        tail("/a", 0);
        eventually(() -> sink.calls().contains("caught up 1"));

        fixture.engine.stop(Duration.ofSeconds(5));

        assertThat(sink.hasEnded()).isTrue();
        assertThat(sink.failure()).isEmpty();
        RecordingSink late = new RecordingSink();
        fixture.engine.tail(PUBLIC, path("/a"), 0, late);
        eventually(late::hasEnded);
        assertThat(late.failure())
                .hasValueSatisfying(cause ->
                        assertThat(((StreamException) cause).code()).isEqualTo(StreamException.Code.UNAVAILABLE));
    }

    private Subscription tail(String path, long afterOffset) {
        return fixture.engine.tail(PUBLIC, path(path), afterOffset, sink);
    }

    private void appendMany(String path, int count) {
        List<CompletableFuture<List<AppendedRecord>>> sent = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            sent.add(fixture.send(path, "{'type':'t','payload':{'n':" + n + "}}"));
        }
        sent.forEach(EngineFixture::get);
    }
}
