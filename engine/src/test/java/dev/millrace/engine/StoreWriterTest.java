package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups, durability, failures and the stop, on a store with commits that the test controls. */
class StoreWriterTest {
    private static final String PAUSED = "{'type':'https://events.iterate.com/events/stream/paused'}";

    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final EngineFixture fixture = new EngineFixture(unused -> store);
    private final StreamEngine engine = fixture.engine;

    @AfterEach
    void stop() {
        store.failWith(null);
        store.release();
        fixture.close();
    }

    @Test
    void should_show_nothing_before_it_is_durable() {
        RecordingSink sink = new RecordingSink();
        fixture.append("/a", "{'type':'t','idempotencyKey':'old'}");
        engine.tail(PUBLIC, path("/a"), 0, sink);
        eventually(() -> sink.calls().contains("caught up 2"));
        store.holdCommits();

        CompletableFuture<List<AppendedRecord>> fresh = fixture.send("/a", "{'type':'t'}");
        eventually(store::isCommitting);
        CompletableFuture<List<AppendedRecord>> repeated = fixture.send("/a", "{'type':'t','idempotencyKey':'old'}");

        assertThat(fixture.log("/a")).hasSize(2);
        assertThat(sink.offsets()).containsExactly(1L, 2L);
        assertThat(fresh).isNotDone();
        assertThat(repeated).isNotDone();
        store.release();
        get(fresh);
        assertThat(get(repeated).get(0).replayed()).isTrue();
        eventually(() -> sink.offsets().equals(List.of(1L, 2L, 3L)));
    }

    @Test
    void should_store_what_queued_up_in_one_commit() {
        fixture.append("/a", "{'type':'t'}");
        List<CompletableFuture<List<AppendedRecord>>> sent = sendWhileHeld(100, "{'type':'t'}");
        int before = store.commits();

        store.release();
        sent.forEach(EngineFixture::get);

        assertThat(store.commits() - before).isLessThanOrEqualTo(2);
        assertThat(fixture.log("/a")).hasSize(102);
    }

    @Test
    void should_not_deadlock_when_an_answer_waits_for_a_later_one_of_its_group() {
        List<CompletableFuture<List<AppendedRecord>>> sent = sendWhileHeld(10, "{'type':'t'}");
        CompletableFuture<Long> waited =
                sent.get(1).thenApply(answers -> get(sent.get(9)).get(0).event().offset());

        store.release();

        assertThat(get(waited)).isEqualTo(11);
    }

    @Test
    void should_not_let_a_refused_request_disturb_its_group() {
        fixture.append("/a", "{'type':'t'}");
        store.holdCommits();
        CompletableFuture<List<AppendedRecord>> first = fixture.send("/a", "{'type':'t'}");
        eventually(store::isCommitting);
        CompletableFuture<List<AppendedRecord>> good = fixture.send("/a", "{'type':'t','offset':4}");
        CompletableFuture<List<AppendedRecord>> refused =
                fixture.send("/a", "{'type':'x'}", "{'type':'x','offset':99}");
        CompletableFuture<List<AppendedRecord>> pause = fixture.send("/a", PAUSED);
        CompletableFuture<List<AppendedRecord>> paused = fixture.send("/a", "{'type':'t'}");
        CompletableFuture<List<AppendedRecord>> other = fixture.send("/b", "{'type':'t'}");

        store.release();

        assertThat(get(first).get(0).event().offset()).isEqualTo(3);
        assertThat(get(good).get(0).event().offset()).isEqualTo(4);
        assertFailed(Code.OFFSET_MISMATCH, refused);
        assertThat(get(pause).get(0).event().offset()).isEqualTo(5);
        assertFailed(Code.PAUSED, paused);
        assertThat(get(other).get(0).event().offset()).isEqualTo(2);
        assertThat(fixture.log("/a")).hasSize(5);
    }

    @Test
    void should_fail_a_whole_group_with_its_store_and_go_on_afterwards() {
        RecordingSink sink = new RecordingSink();
        engine.tail(PUBLIC, path("/a"), 0, sink);
        eventually(() -> sink.calls().contains("caught up 1"));
        List<CompletableFuture<List<AppendedRecord>>> sent = sendWhileHeld(10, "{'type':'t','idempotencyKey':'k'}");
        store.failWith(new IllegalStateException("disk full"));

        store.release();

        sent.forEach(each -> assertFailed(Code.INTERNAL, each));
        assertThatThrownBy(() -> get(sent.get(0))).hasMessageContaining("disk full");
        store.failWith(null);
        assertThat(fixture.append("/a", "{'type':'t','idempotencyKey':'k'}").replayed())
                .isFalse();
        eventually(() -> sink.offsets().equals(List.of(1L, 2L)));
    }

    @Test
    void should_not_show_a_tail_the_next_life_of_its_stream_however_late_it_reads() throws InterruptedException {
        get(fixture.send("/a", "{'type':'t'}", "{'type':'t'}"));
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch mayRead = new CountDownLatch(1);
        store.beforeRead(range -> {
            if (range.limit() == 16) { // only the first page of a tail
                reading.countDown();
                try {
                    assertThat(mayRead.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        RecordingSink sink = new RecordingSink();
        engine.tail(PUBLIC, path("/a"), 0, sink);
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();

        get(engine.destroy(PUBLIC, path("/a"), false));
        get(fixture.send("/a", "{'type':'next life'}", "{'type':'next life'}"));
        mayRead.countDown();

        eventually(sink::hasEnded);
        assertThat(sink.calls()).containsExactly("connected 3", "end");
        assertThat(sink.failure()).isEmpty();
    }

    @Test
    void should_save_cursors_with_the_next_group() {
        StreamKey stream = new StreamKey(PUBLIC, path("/a"));
        fixture.append("/a", "{'type':'t'}");

        engine.parts().writer().saveCursorSoon(stream, "chat", new EventStore.Cursor("life-2", 1));
        engine.parts().writer().saveCursorSoon(stream, "chat", new EventStore.Cursor("life-2", 2));
        assertThat(store.cursor(stream, "chat")).isEmpty();
        fixture.append("/a", "{'type':'t'}");

        assertThat(store.cursor(stream, "chat")).contains(new EventStore.Cursor("life-2", 2));
    }

    @Test
    void should_save_cursors_soon_when_nothing_else_is_written() {
        StreamKey stream = new StreamKey(PUBLIC, path("/a"));
        fixture.append("/a", "{'type':'t'}");
        engine.parts().writer().saveCursorSoon(stream, "chat", new EventStore.Cursor("life-2", 2));

        fixture.timers.advance(Duration.ofMillis(20));

        eventually(() -> store.cursor(stream, "chat").isPresent());
    }

    @Test
    void should_save_cursors_when_it_stops() {
        StreamKey stream = new StreamKey(PUBLIC, path("/a"));
        fixture.append("/a", "{'type':'t'}");
        int before = store.commits();

        engine.parts().writer().saveCursorSoon(stream, "chat", new EventStore.Cursor("life-2", 2));
        engine.stop(Duration.ofSeconds(5));

        assertThat(store.commits()).isEqualTo(before + 1);
    }

    @Test
    void should_finish_the_queue_before_it_stops() {
        List<CompletableFuture<List<AppendedRecord>>> sent = sendWhileHeld(20, "{'type':'t'}");
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> engine.stop(Duration.ofSeconds(10)));
        eventually(() -> fixture.send("/a", "{'type':'late'}").isCompletedExceptionally());
        assertThat(store.isClosed()).isFalse();

        store.release();

        get(stopped);
        assertThat(sent).allSatisfy(each -> assertThat(get(each)).hasSize(1));
        assertThat(store.isClosed()).isTrue();
        assertFailed(Code.UNAVAILABLE, fixture.send("/a", "{'type':'late'}"));
        assertFailed(Code.UNAVAILABLE, engine.state(PUBLIC, path("/a")));
        assertThatThrownBy(() -> engine.head(PUBLIC, path("/a"))).isInstanceOf(StreamException.class);
    }

    @Test
    void should_answer_what_a_stop_without_time_leaves_undone() {
        List<CompletableFuture<List<AppendedRecord>>> sent = sendWhileHeld(20, "{'type':'t'}");

        engine.stop(Duration.ofMillis(50));

        assertThat(store.isClosed())
                .as("the store is closed only after the running commit")
                .isFalse();
        assertThat(sent.subList(1, 20)).allSatisfy(each -> assertFailed(Code.UNAVAILABLE, each));
        store.release();
        assertThat(get(sent.get(0))).hasSize(1);
        eventually(store::isClosed);
    }

    /** Sends events; the first is being committed, the others are queued behind it. */
    private List<CompletableFuture<List<AppendedRecord>>> sendWhileHeld(int count, String event) {
        store.holdCommits();
        List<CompletableFuture<List<AppendedRecord>>> sent = new ArrayList<>();
        sent.add(fixture.send("/a", event));
        eventually(store::isCommitting);
        for (int n = 1; n < count; n++) {
            sent.add(fixture.send("/a", event));
        }
        return sent;
    }

    private static void assertFailed(Code code, CompletableFuture<?> future) {
        assertThatThrownBy(() -> get(future))
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
