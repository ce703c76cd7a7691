package dev.millrace.engine.internal.tail;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.internal.commit.CommitFeed;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.ControlledStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.Json;
import dev.millrace.engine.RecordingSink;
import dev.millrace.engine.StoredDirectly;
import dev.millrace.engine.internal.commit.ActivityCounter;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.internal.threads.CallbackThreads;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One tail on one thread, so that a test can place changes exactly between two steps. */
class TailStepTest {
    private static final StreamKey A = new StreamKey(PUBLIC, path("/a"));

    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final VirtualTimers time = new VirtualTimers();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final RecordingSink sink = new RecordingSink();
    private final StoreReader reader = new StoreReader(store);
    private final CallbackExecutor callbackExecutor =
            new CallbackExecutor(CallbackThreads.create(), new ActivityCounter());
    private final TailRegistry tails = new TailRegistry(
            reader,
            new CommitFeed(store, reader, callbackExecutor, time, committed -> {}),
            callbackExecutor,
            time,
            stream -> CompletableFuture.failedFuture(new IllegalStateException("the stream exists")));
    private final StreamLiveTail tail = new StreamLiveTail(tails, tasks::add, time, A, 0, ended -> sink);

    TailStepTest() {
        commit();
    }

    @Test
    void should_not_miss_a_commit_between_its_last_read_and_its_rest() {
        tail.wake();
        store.afterRead(range -> {
            if (range.afterOffset() == 1 && store.head(A).orElseThrow().lastOffset() == 1) {
                commit();
                tail.wake();
            }
        });

        runAll();

        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1", "2");
    }

    @Test
    void should_not_deliver_more_than_the_backlog_before_it_says_caught_up() {
        store.afterRead(range -> {
            if (store.head(A).orElseThrow().lastOffset() == 1) {
                commit();
                commit();
            }
        });
        tail.wake();

        runAll();

        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1", "2", "3");
    }

    @Test
    void should_run_once_however_often_it_is_woken() {
        tail.wake();
        tail.wake();
        tail.wake();
        assertThat(tasks).hasSize(1);

        runAll();
        tail.wake();

        assertThat(tasks).hasSize(1);
        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1");
    }

    @Test
    void should_go_on_when_the_stage_completes_and_not_before() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        sink.answerWith(stage);
        tail.wake();
        runAll();
        commit();
        tail.wake();
        assertThat(tasks).isEmpty();

        stage.complete(null);
        runAll();

        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1", "2");
    }

    @Test
    void should_make_its_last_call_once() {
        tail.wake();
        runAll();

        tail.close();
        tail.fail(new IllegalStateException("too late"));
        tail.close();
        runAll();

        assertThat(sink.calls()).containsExactly("connected 1", "1", "caught up 1", "end");
        assertThat(sink.failure()).isEmpty();
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private void commit() {
        StoredDirectly.commit(
                store,
                StoredDirectly.event(
                        store, A, Instant.parse("2026-01-01T00:00:00Z"), "t", Optional.empty(), Json.bytes("")));
    }
}
