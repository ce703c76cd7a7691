package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The assertion that fails a test if it uses the store or the append queue on the timer thread. */
class NonBlockingThreadTest {
    private final EngineFixture millrace = new EngineFixture();

    @AfterEach
    void stop() {
        millrace.close();
    }

    private static Throwable onTimer(ThrowingCallable call) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Timers.system().after(Duration.ZERO, () -> thrown.complete(catchThrowable(call)));
        return get(thrown);
    }

    @Test
    void should_fail_an_append_and_a_read_on_the_thread_of_the_timers() {
        assertThat(onTimer(() -> millrace.send("/a", "{'type':'x'}")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("public:/a can wait, and was called on the thread millrace-timers");
        assertThat(onTimer(() -> millrace.engine.head(PUBLIC, path("/a")))).isInstanceOf(AssertionError.class);
    }

    @Test
    void should_leave_both_alone_elsewhere() {
        millrace.append("/a", "{'type':'x'}");

        assertThat(millrace.eventCount("/a")).isEqualTo(2);
    }
}
