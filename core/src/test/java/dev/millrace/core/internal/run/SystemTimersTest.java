package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class SystemTimersTest {
    private final Timers timers = Timers.system();

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void should_run_a_task_when_the_clock_shows_its_time_and_not_before() throws Exception {
        Instant due = timers.now().plusMillis(50);
        CompletableFuture<Instant> ran = new CompletableFuture<>();

        timers.at(due, () -> ran.complete(timers.now()));

        assertThat(get(ran)).isAfterOrEqualTo(due);
    }

    @Test
    void should_run_what_is_overdue_as_soon_as_possible() throws Exception {
        CompletableFuture<Void> recent = new CompletableFuture<>();
        CompletableFuture<Void> ancient = new CompletableFuture<>();

        timers.at(timers.now().minusSeconds(1), () -> recent.complete(null));
        timers.at(Instant.MIN, () -> ancient.complete(null));

        get(recent);
        get(ancient);
    }

    @Test
    void should_not_run_what_was_cancelled_nor_what_is_due_after_the_end_of_time() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        timers.at(timers.now().plusMillis(20), () -> ran.set(true)).cancel();
        Timers.Timer never = timers.at(Instant.MAX, () -> ran.set(true));
        CompletableFuture<Void> later = new CompletableFuture<>();

        timers.after(Duration.ofMillis(60), () -> later.complete(null));
        get(later);
        never.cancel();

        assertThat(ran).isFalse();
    }

    @Test
    void should_say_that_nothing_may_wait_on_its_thread() throws Exception {
        CompletableFuture<Boolean> there = new CompletableFuture<>();
        timers.after(Duration.ZERO, () -> there.complete(NonBlockingThread.isCurrent()));

        assertThat(get(there)).isTrue();
        assertThat(NonBlockingThread.isCurrent()).isFalse();
    }

    @Test
    void should_log_what_a_task_throws() throws Exception {
        Logger log = Logger.getLogger("dev.millrace.core.runner");
        CompletableFuture<Throwable> logged = new CompletableFuture<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.complete(entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            AssertionError failure = new AssertionError("waited on the thread of the timers");
            timers.after(Duration.ZERO, () -> {
                throw failure;
            });

            assertThat(get(logged)).isSameAs(failure);
        } finally {
            log.removeHandler(handler);
        }
    }
}
