package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AttemptsTest extends RunnerRules {
    private final Map<Long, BackgroundTask<?>> attempts = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<String>> work = new ConcurrentHashMap<>();
    private final AtomicInteger hooks = new AtomicInteger();

    /** Launches one attempt for each said event; its work ends when the test completes it. */
    private Recorder launcher() {
        return Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("reply", because(event.offset()), attempt -> {
                attempts.put(event.offset(), attempt);
                attempt.onCancel(hooks::incrementAndGet);
                return work.computeIfAbsent(event.offset(), offset -> new CompletableFuture<>())
                        .thenCompose(text -> attempt.append(new Echoed(text)));
            });
            return Effects.none();
        });
    }

    private void awaitLaunched(long offset) {
        eventually(() -> attempts.containsKey(offset) && work.containsKey(offset));
    }

    private BackgroundTask<?> attempt(long offset) {
        return Objects.requireNonNull(attempts.get(offset), "not launched");
    }

    private CompletableFuture<String> work(long offset) {
        return Objects.requireNonNull(work.get(offset), "not launched");
    }

    @Test
    void should_acknowledge_the_launching_event_while_the_attempt_still_runs() {
        ProcessorRunner<List<String>> runner = startLive(launcher());

        long offset = say("hi");
        runner.awaitProcessed(offset, LIMIT);
        awaitLaunched(offset);
        work(offset).complete("hello");
        runner.awaitIdle(LIMIT);

        assertThat(logOf("echoed"))
                .singleElement()
                .satisfies(event -> assertThat(event.provenance().orElseThrow().sourceOffset())
                        .isEqualTo(offset));
    }

    @Test
    void should_cancel_the_running_attempt_when_a_newer_reason_comes() {
        ProcessorRunner<List<String>> runner = startLive(launcher());
        long first = say("wait");
        awaitLaunched(first);

        long second = say("no, this");
        awaitLaunched(second);
        assertThat(attempt(first).isCancelled()).isTrue();
        work(first).complete("late answer to the first");
        work(second).complete("answer to the second");
        runner.awaitIdle(LIMIT);

        assertThat(hooks).hasValue(1);
        assertThat(logOf("echoed"))
                .extracting(event -> event.payloadJson().path("text").textValue())
                .containsExactly("answer to the second");
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_refuse_appends_from_the_moment_of_the_cancel() {
        startLive(launcher());
        long offset = say("hi");
        awaitLaunched(offset);
        BackgroundTask<?> attempt = attempt(offset);

        attempt.cancel();

        Throwable refusal = attempt.append(new Echoed("too late"))
                .handle((appended, thrown) -> thrown)
                .join();
        assertThat(refusal).isInstanceOf(CancellationException.class).hasMessageContaining("'reply' was cancelled");
    }

    @Test
    void should_do_nothing_when_asked_again_for_the_same_reason() {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Void> end = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("reply", because(2), attempt -> {
                runs.incrementAndGet();
                return end;
            });
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);

        sayMany(5);
        runner.awaitProcessed(6, LIMIT);
        end.complete(null);
        runner.awaitIdle(LIMIT);

        assertThat(runs).hasValue(1);
    }

    @Test
    void should_record_an_attempt_that_fails_and_not_try_it_again() {
        ProcessorRunner<List<String>> runner = startLive(launcher());
        long offset = say("hi");
        awaitLaunched(offset);

        work(offset).completeExceptionally(new IllegalStateException("no luck"));
        eventually(() -> !logOf(BuiltInType.EFFECT_FAILED.type()).isEmpty());
        runner.awaitIdle(LIMIT);

        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).singleElement().satisfies(event -> {
            assertThat(event.payloadJson().path("attempt").textValue()).isEqualTo("reply");
            assertThat(event.payloadJson().path("message").textValue()).contains("no luck");
            assertThat(event.payloadJson().path("source").path("offset").longValue())
                    .isEqualTo(offset);
        });
    }

    @Test
    void should_cancel_attempts_when_the_runner_stops() {
        ProcessorRunner<List<String>> runner = startLive(launcher());
        long offset = say("hi");
        awaitLaunched(offset);

        runner.stop(Duration.ofSeconds(1));

        assertThat(attempt(offset).isCancelled()).isTrue();
        assertThat(hooks).hasValue(1);
    }
}
