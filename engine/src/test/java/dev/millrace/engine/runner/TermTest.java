package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.TimeLimit;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermTest extends RunnerRules {
    private final List<BackgroundTask<?>> begun = new CopyOnWriteArrayList<>();
    private final AtomicBoolean socketClosed = new AtomicBoolean();
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    /** A recorder that launches work with this time limit; the test completes it. */
    private Recorder launching(java.util.function.Function<Effects<?>, TimeLimit> term) {
        return Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("reply", because(event.offset()), term.apply(effects), attempt -> {
                attempt.onCancel(() -> socketClosed.set(true));
                begun.add(attempt);
                return answer.thenCompose(text -> attempt.append(new Echoed(text)));
            });
            return Effects.none();
        });
    }

    private List<Event> failures() {
        return logOf(BuiltInType.EFFECT_FAILED.type());
    }

    @Test
    void should_cancel_and_record_an_attempt_that_takes_longer_than_its_deadline() {
        ProcessorRunner<List<String>> runner =
                startLive(launching(effects -> TimeLimit.within(Duration.ofSeconds(30))));
        say("hi");
        eventually(() -> begun.size() == 1);

        pass(Duration.ofSeconds(30));
        eventually(() -> !failures().isEmpty());
        answer.complete("too late");
        runner.awaitIdle(LIMIT);

        assertThat(socketClosed).isTrue();
        assertThat(begun.get(0).isCancelled()).isTrue();
        assertThat(failures()).singleElement().satisfies(event -> {
            assertThat(event.payloadJson().path("attempt").textValue()).isEqualTo("reply");
            assertThat(event.payloadJson().path("message").textValue()).contains("took longer than PT30S");
        });
        assertThat(logOf("echoed")).isEmpty();
    }

    @Test
    void should_leave_an_attempt_alone_that_ends_in_time() {
        ProcessorRunner<List<String>> runner =
                startLive(launching(effects -> TimeLimit.within(Duration.ofSeconds(30))));
        say("hi");
        eventually(() -> begun.size() == 1);

        pass(Duration.ofSeconds(29));
        answer.complete("in time");
        runner.awaitIdle(LIMIT);
        pass(Duration.ofMinutes(1));
        runner.awaitIdle(LIMIT);

        assertThat(failures()).isEmpty();
        assertThat(logOf("echoed")).hasSize(1);
    }

    @Test
    void should_not_begin_what_has_expired() {
        ProcessorRunner<List<String>> runner =
                startLive(launching(effects -> TimeLimit.until(effects.now().minusSeconds(1))));
        say("a request from before the laptop slept");
        eventually(() -> !failures().isEmpty());
        runner.awaitIdle(LIMIT);

        assertThat(begun).isEmpty();
        assertThat(failures())
                .singleElement()
                .satisfies(
                        event -> assertThat(event.payloadJson().path("message").textValue())
                                .contains("it expired at 2025-12-31"));
    }

    @ParameterizedTest
    @CsvSource({"10, 5, it expired at 2026-01-01T00:00:05Z", "5, 10, it took longer than PT5S"})
    void should_end_by_whichever_limit_comes_first(int deadline, int expiry, String why) {
        TimeLimit both = TimeLimit.within(Duration.ofSeconds(deadline))
                .andUntil(timers.now().plusSeconds(expiry));
        ProcessorRunner<List<String>> runner = startLive(launching(effects -> both));
        say("hi");
        eventually(() -> begun.size() == 1);

        pass(Duration.ofSeconds(5));
        eventually(() -> !failures().isEmpty());
        pass(Duration.ofSeconds(5));
        runner.awaitIdle(LIMIT);

        assertThat(failures())
                .singleElement()
                .satisfies(
                        event -> assertThat(event.payloadJson().path("message").textValue())
                                .contains(why));
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_refuse_a_deadline_that_is_not_positive() {
        assertThatThrownBy(() -> TimeLimit.within(Duration.ZERO)).hasMessage("a deadline must be positive, got PT0S");
    }
}
