package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairExecutorTest {
    private static final int MOST = 8;

    /** The tasks that have begun and not ended, in order of their begin. */
    private final List<Step> begun = new ArrayList<>();

    private final List<Runnable> threads = new ArrayList<>();
    private final FairExecutor executor = new FairExecutor(MOST, threads::add, () -> {});

    /** A task of a controlled thread: it ends when the test says so. */
    private record Step(String project, String stream, int number) {}

    @Test
    void should_keep_a_thread_for_other_projects_while_endless_tasks_of_one_wait() {
        submit("p", "s", 30);
        submit("p", "t", 30);

        assertThat(threads).hasSize(6);
        submit("q", "s", 1);
        assertThat(threads).hasSize(7);
        assertThat(executor.waiting("p")).isEqualTo(54);
        assertThat(executor.waiting("q")).isZero();
    }

    @Test
    void should_give_a_stream_at_most_half_of_the_threads_of_its_project() {
        submit("p", "s", 30);
        assertThat(threads).hasSize(3);

        submit("p", "t", 1);

        assertThat(threads).hasSize(4);
    }

    @Test
    void should_give_a_free_thread_to_the_next_project_and_its_next_stream() {
        FairExecutor real = new FairExecutor(2, threads::add, () -> {});
        List<Step> order = new ArrayList<>();
        for (String project : List.of("p", "q", "r")) {
            for (String stream : List.of("s", "t")) {
                for (int number = 1; number <= 2; number++) {
                    Step step = new Step(project, stream, number);
                    real.of(project, stream).execute(() -> order.add(step));
                }
            }
        }

        threads.remove(0).run();

        assertThat(order)
                .containsExactly(
                        new Step("p", "s", 1),
                        new Step("p", "s", 2),
                        new Step("r", "s", 1),
                        new Step("p", "t", 1),
                        new Step("r", "t", 1),
                        new Step("p", "t", 2),
                        new Step("r", "s", 2),
                        new Step("r", "t", 2));
        assertThat(real.waiting("q")).isEqualTo(3);
    }

    @Test
    void should_run_the_one_task_of_a_project_at_once_behind_endless_ones_of_another() throws Exception {
        FairExecutor real = new FairExecutor(2, daemon());
        CountDownLatch endless = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 30; i++) {
            real.of("p", i).execute(() -> await(endless));
        }

        real.of("q", "s").execute(done::countDown);

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(real.waiting("p")).isEqualTo(29);
        endless.countDown();
        real.shutdown();
    }

    @Test
    void should_refuse_a_task_when_as_many_wait_as_may() {
        submit("p", "s", 5); // three run, so two wait

        assertThat(executor.tryExecute("p", "s", () -> {}, 3, 2)).isFalse();
        assertThat(executor.tryExecute("q", "s", () -> {}, 2, 2)).isFalse();
        assertThat(executor.waiting()).isEqualTo(2);
        assertThat(executor.tryExecute("p", "s", () -> {}, 3, 3)).isTrue();
        assertThat(executor.tryExecute("q", "s", () -> {}, 4, 1)).isTrue();
        assertThat(executor.waiting("p")).isEqualTo(3);
    }

    @Test
    void should_continue_after_a_task_that_throws() throws Exception {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        FairExecutor real = new FairExecutor(2, task -> {
            Thread thread = daemon().newThread(task);
            thread.setUncaughtExceptionHandler((where, failure) -> seen.set(failure));
            return thread;
        });
        CountDownLatch done = new CountDownLatch(1);

        real.of("p", "s").execute(() -> {
            throw new IllegalStateException("broken");
        });
        real.of("p", "s").execute(done::countDown);

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(seen.get()).hasMessage("broken");
        real.shutdown();
    }

    @Test
    void should_run_what_waits_and_refuse_what_comes_after_the_shutdown() {
        List<Step> ran = new ArrayList<>();
        IntStream.range(0, 10).forEach(n -> executor.of("p", "s").execute(() -> ran.add(new Step("p", "s", n))));

        executor.shutdown();
        threads.forEach(Runnable::run);

        assertThat(ran).hasSize(10);
        assertThat(executor.waiting()).isZero();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.of("p", "s").execute(() -> {}));
    }

    @Test
    void should_not_count_a_task_without_a_thread() {
        FairExecutor full = new FairExecutor(
                2,
                task -> {
                    if (threads.isEmpty()) {
                        threads.add(task);
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    threads.add(task);
                },
                () -> {});

        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> full.of("p", "s").execute(() -> {}));
        full.of("p", "s").execute(() -> {});

        assertThat(threads).hasSize(2);
        assertThat(full.waiting()).isZero();
    }

    @Test
    void should_need_two_threads() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FairExecutor(1, daemon()));
    }

    private void submit(String project, String stream, int count) {
        for (int number = 1; number <= count; number++) {
            Step step = new Step(project, stream, number);
            executor.of(project, stream).execute(() -> begun.add(step));
        }
    }

    private static java.util.concurrent.ThreadFactory daemon() {
        return task -> {
            Thread thread = new Thread(task, "fair-test");
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
