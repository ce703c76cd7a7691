package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BoundedAwaitTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void should_return_when_the_future_is_done_however_short_or_long_the_limit() {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

        BoundedAwait.await(done, Duration.ZERO, "it", () -> "");
        BoundedAwait.await(done, ChronoUnit.FOREVER.getDuration(), "it", () -> "");
        assertThat(BoundedAwait.completes(done, Duration.ZERO)).isTrue();
        assertThat(BoundedAwait.completes(done, ChronoUnit.FOREVER.getDuration()))
                .isTrue();
        assertThat(BoundedAwait.completes(CompletableFuture.failedFuture(new IllegalStateException()), SHORT))
                .isTrue();
    }

    @Test
    void should_say_what_timed_out() {
        assertThat(BoundedAwait.completes(new CompletableFuture<>(), SHORT)).isFalse();
        assertThatThrownBy(() ->
                        BoundedAwait.await(new CompletableFuture<>(), SHORT, "catch-up", () -> "3 events are left"))
                .isInstanceOfSatisfying(
                        StreamException.class, late -> assertThat(late.code()).isEqualTo(StreamException.Code.TIMEOUT))
                .hasMessage("catch-up timed out after PT0.001S: 3 events are left");
    }

    @Test
    void should_keep_code_and_path_of_a_failure() {
        StreamPath path = StreamPath.of("/a");
        CompletableFuture<Void> failed =
                CompletableFuture.failedFuture(new StreamException(StreamException.Code.PAUSED, path, "is paused"));

        assertThatThrownBy(() -> BoundedAwait.await(failed, SHORT, "idleness", () -> ""))
                .isInstanceOfSatisfying(StreamException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(StreamException.Code.PAUSED);
                    assertThat(failure.path()).contains(path);
                })
                .hasMessage("idleness: is paused");
    }

    @Test
    void should_explain_any_other_failure() {
        CompletableFuture<Void> failed = CompletableFuture.failedFuture(new IllegalStateException("broken"));

        assertThatThrownBy(() -> BoundedAwait.await(failed, SHORT, "idleness", () -> ""))
                .isInstanceOfSatisfying(
                        StreamException.class,
                        failure -> assertThat(failure.code()).isEqualTo(StreamException.Code.INTERNAL))
                .hasMessageContainingAll("idleness", "broken");
    }

    @Test
    void should_leave_the_interrupt_for_the_caller() {
        Thread.currentThread().interrupt();

        assertThat(BoundedAwait.completes(new CompletableFuture<>(), Duration.ofSeconds(10)))
                .isFalse();
        assertThat(Thread.interrupted()).isTrue();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> BoundedAwait.await(new CompletableFuture<>(), Duration.ofSeconds(10), "it", () -> ""))
                .hasMessage("it: interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
