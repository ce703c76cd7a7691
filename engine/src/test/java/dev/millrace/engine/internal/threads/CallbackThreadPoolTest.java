package dev.millrace.engine.internal.threads;

import static dev.millrace.engine.EngineFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.EngineFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("jdk")
@Timeout(60)
class CallbackThreadPoolTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofMillis(1);

    private static CallbackThreadPool pool(int most, Duration stall) {
        return new CallbackThreadPool(most, stall, task -> {
            Thread thread = new Thread(task, "pool");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_run_a_burst_on_no_more_threads_than_its_limit() {
        CallbackThreadPool pool = pool(4, NEVER);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(500);
        for (int i = 0; i < 500; i++) {
            pool.execute(() -> {
                threads.add(Thread.currentThread());
                all.countDown();
            });
        }

        await(all);
        assertThat(threads).hasSizeLessThanOrEqualTo(4);
        pool.shutdown();
    }

    @Test
    void should_begin_tasks_in_the_order_in_which_they_came() {
        CallbackThreadPool pool = pool(1, NEVER);
        List<Integer> order = new ArrayList<>(); // confined to the only thread
        CountDownLatch all = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            int number = i;
            pool.execute(() -> {
                order.add(number);
                all.countDown();
            });
        }

        await(all);
        assertThat(order).isSorted().hasSize(100);
        pool.shutdown();
    }

    @Test
    void should_not_deadlock_when_blocked_tasks_wait_for_one_that_has_not_begun() {
        CallbackThreadPool pool = pool(2, SOON);
        CountDownLatch last = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            pool.execute(() -> {
                await(last);
                all.countDown();
            });
        }
        pool.execute(last::countDown);

        await(all);
        eventually(() -> pool.threads() <= 2);
        pool.shutdown();
    }

    @Test
    void should_go_on_after_a_task_that_throws() {
        CallbackThreadPool pool = pool(1, NEVER);
        pool.execute(() -> {
            throw new IllegalStateException("expected by a test");
        });
        CompletableFuture<Void> next = new CompletableFuture<>();
        pool.execute(() -> next.complete(null));

        EngineFixture.get(next);
        pool.shutdown();
    }

    @Test
    void should_finish_what_waits_and_refuse_the_rest_after_a_shutdown() throws InterruptedException {
        CallbackThreadPool pool = pool(1, NEVER);
        CountDownLatch hold = new CountDownLatch(1);
        CompletableFuture<Void> waited = new CompletableFuture<>();
        pool.execute(() -> await(hold));
        pool.execute(() -> waited.complete(null));
        pool.shutdown();

        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        hold.countDown();
        EngineFixture.get(waited);
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void should_refuse_a_task_for_which_there_is_no_thread_at_all() {
        CallbackThreadPool pool = new CallbackThreadPool(2, NEVER, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(OutOfMemoryError.class);
        assertThat(pool.threads()).isZero();
    }
}
