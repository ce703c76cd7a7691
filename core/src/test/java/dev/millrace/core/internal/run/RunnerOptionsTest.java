package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.hosting.FairExecutor;
import dev.millrace.core.runner.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RunnerOptionsTest {
    private final VirtualTime time = new VirtualTime();
    private final AtomicInteger ran = new AtomicInteger();

    @Test
    void should_be_silent_when_a_timer_fires_after_its_threads_were_shut_down() {
        FairExecutor shared = new FairExecutor(2, Thread::new);
        Executor share = shared.of("project", "stream");
        ThreadPoolExecutor own = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        time.options(task -> share.execute(task), RetryPolicy.DEFAULT, 10)
                .later(Duration.ofSeconds(1), ran::incrementAndGet);
        time.options(own, RetryPolicy.DEFAULT, 10).later(Duration.ofSeconds(1), ran::incrementAndGet);
        shared.shutdown();
        own.shutdown();

        time.advance(Duration.ofSeconds(2)); // throws what a timer throws

        assertThat(ran).hasValue(0);
    }

    @Test
    void should_not_hide_that_an_executor_has_no_room() {
        ThreadPoolExecutor full = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
        full.execute(() -> {
            while (!full.isShutdown()) {
                Thread.onSpinWait();
            }
        });

        assertThatThrownBy(() -> RunnerOptions.executeUnlessShutDown(full, ran::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        full.shutdown();
    }
}
