package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailuresTest extends RunnerRules {
    @Test
    void should_send_an_append_of_an_effect_ten_times_and_not_again_for_a_retry_of_the_effect() {
        AtomicInteger calls = new AtomicInteger();
        Recorder echo = Recorder.silent().onSaid((state, event, effects) -> {
            calls.incrementAndGet();
            return Effects.done(effects.append(new Echoed("hi")));
        });
        ProcessorRunner<List<String>> runner = start(runner(echo).retry(RetryPolicy.DEFAULT));
        runner.awaitCaughtUp(LIMIT);
        network.loseRequests(1_000);

        long offset = say("hello");
        passUntil(
                Duration.ofMinutes(1),
                () -> 1_000 - network.requestsToLose() >= 11); // the eleventh records the failure
        network.loseRequests(0);
        passUntil(Duration.ofMinutes(1), () -> runner.status().acknowledgedThrough() >= offset);

        assertThat(calls).hasValue(1);
        assertThat(logOf("millrace/effect-failed"))
                .singleElement()
                .satisfies(failed -> assertThat(
                                failed.payloadJson().path("attempts").intValue())
                        .isEqualTo(1));
    }

    @Test
    void should_retry_a_failed_effect_and_go_on_when_it_succeeds() {
        AtomicInteger tries = new AtomicInteger();
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> tries.incrementAndGet() < 3
                        ? CompletableFuture.failedFuture(new IllegalStateException("not yet"))
                        : Effects.done(effects.append(new Echoed("at last"))));
        ProcessorRunner<List<String>> runner = startLive(recorder);

        long offset = say("hi");
        advanceUntilProcessed(runner, offset);

        assertThat(tries).hasValue(3);
        assertThat(logOf("echoed")).hasSize(1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_record_an_effect_that_fails_for_good_and_go_on_with_the_next_event() {
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            if (state.size() == 1) {
                throw new IllegalStateException("broken");
            }
            return Effects.done(effects.append(new Echoed("fine")));
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);

        say("first");
        long second = say("second");
        advanceUntilProcessed(runner, second);

        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).singleElement().satisfies(event -> {
            assertThat(event.payloadJson().path("attempts").intValue()).isEqualTo(4);
            assertThat(event.payloadJson().path("processor").textValue()).isEqualTo("recorder");
            assertThat(event.payloadJson().path("message").textValue()).contains("IllegalStateException: broken");
            assertThat(event.provenance().orElseThrow().sourceOffset()).isEqualTo(2);
        });
        assertThat(logOf("echoed")).hasSize(1);
        assertThat(runner.status().phase()).isEqualTo(Phase.LIVE);
    }

    @Test
    void should_wait_with_the_next_event_until_the_service_can_be_told_of_a_failure() {
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            if (state.size() == 1) {
                network.loseRequests(100);
                throw new IllegalStateException("broken");
            }
            return Effects.done(effects.append(new Echoed("fine")));
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);

        long first = say("first");
        long second = say("second");
        passUntil(Duration.ofSeconds(30), () -> network.requestsToLose() < 50); // four tries of the effect lost none
        assertThat(runner.status().acknowledgedThrough()).isLessThan(first);
        assertThat(recorder.acted).doesNotContain(second);

        network.loseRequests(0);
        advanceUntilProcessed(runner, second);

        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).hasSize(1);
        assertThat(logOf("echoed")).hasSize(1);
    }

    @Test
    void should_leave_an_effect_to_the_next_run_when_its_failure_was_not_recorded_before_the_stop() {
        ProgressStore progress = ProgressStore.inMemory();
        Recorder broken = Recorder.silent().onSaid((state, event, effects) -> {
            network.loseRequests(1000);
            throw new IllegalStateException("broken");
        });
        ProcessorRunner<List<String>> first = start(runner(broken).progress(progress));
        first.awaitCaughtUp(LIMIT);
        long offset = say("hi");
        passUntil(Duration.ofSeconds(1), () -> network.requestsToLose() < 1000 && broken.acted.size() == 4);

        first.stop(LIMIT);
        network.loseRequests(0);
        assertThat(first.status().acknowledgedThrough()).isLessThan(offset);

        Recorder repaired =
                Recorder.silent().onSaid((state, event, effects) -> Effects.done(effects.append(new Echoed("done"))));
        start(runner(repaired).progress(progress)).awaitProcessed(offset, LIMIT);
        assertThat(logOf("echoed")).hasSize(1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_halt_on_a_reducer_that_throws_and_record_it_once_across_restarts() {
        ProcessorRunner<List<String>> runner = startLive(Recorder.silent());
        say("fine");
        long poison = say("poison");

        assertThatThrownBy(() -> runner.awaitReduced(poison, LIMIT))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("reducer of 'recorder' v1 threw at /agents/1@3 (said)")
                .hasMessageContaining("cannot fold poison");
        assertThat(runner.status().phase()).isEqualTo(Phase.HALTED);
        assertThat(runner.state()).containsExactly("fine");

        ProcessorRunner<List<String>> restarted = start(runner(Recorder.silent()));
        assertThatThrownBy(() -> restarted.awaitCaughtUp(LIMIT)).isInstanceOf(StreamException.class);
        assertThat(logOf(BuiltInType.PROCESSOR_HALTED.type())).hasSize(1);

        ProcessorRunner<List<String>> repaired = start(runner(Recorder.silent().version(2)));
        assertThatThrownBy(() -> repaired.awaitCaughtUp(LIMIT)).isInstanceOf(StreamException.class);
        assertThat(logOf(BuiltInType.PROCESSOR_HALTED.type())).hasSize(2);
    }

    @Test
    void should_keep_other_streams_running_when_one_halts() {
        StreamPath other = StreamPath.of("/agents/2");
        Recorder recorder = Recorder.silent();
        startLive(recorder);
        ProcessorRunner<List<String>> healthy = start(runner(recorder).stream(other));
        healthy.awaitCaughtUp(LIMIT);

        say("poison");
        healthy.awaitProcessed(say(other, "hi"), LIMIT);

        assertThat(healthy.state()).containsExactly("hi");
    }

    @Test
    void should_record_a_malformed_payload_once_above_the_floor_and_never_for_history() {
        EventInput malformed = EventInput.builder()
                .type("said")
                .payload(JsonNodeFactory.instance.objectNode().put("txt", "typo"))
                .build();
        get(streams.append(PATH, malformed));
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);

        long live = get(streams.append(PATH, malformed)).offset();
        runner.awaitProcessed(live, LIMIT);

        assertThat(recorder.reduced).contains(2L, 3L);
        assertThat(recorder.acted).isEmpty();
        assertThat(logOf(BuiltInType.PAYLOAD_MALFORMED.type()))
                .singleElement()
                .satisfies(event -> assertThat(event.payloadJson()
                                .path("source")
                                .path("offset")
                                .longValue())
                        .isEqualTo(live));
    }

    @Test
    void should_not_wait_for_an_event_it_will_not_act_on() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        List<Long> behind = new CopyOnWriteArrayList<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            behind.add(effects.delivery().behind());
            return state.size() == 1 ? held : Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);
        say("first");
        long second = say("second");
        EventInput malformed = EventInput.builder()
                .type("said")
                .payload(JsonNodeFactory.instance.objectNode().put("txt", "typo"))
                .build();
        runner.awaitReduced(get(streams.append(PATH, malformed)).offset(), LIMIT);

        held.complete(null);
        runner.awaitProcessed(second, LIMIT);

        assertThat(behind.get(1)).isZero();
    }

    @Test
    void should_not_loop_over_the_record_of_its_own_failure() {
        AtomicInteger calls = new AtomicInteger();
        dev.millrace.core.processor.Processor<Integer> failing = new dev.millrace.core.processor.Processor<>() {
            @Override
            public String slug() {
                return "failing";
            }

            @Override
            public Integer initialState() {
                return 0;
            }

            @Override
            public Integer reduce(Integer state, dev.millrace.core.Event event) {
                return state + 1;
            }

            @Override
            public java.util.concurrent.CompletionStage<Void> afterAppend(
                    Integer state, dev.millrace.core.Event event, Effects<Integer> effects) {
                calls.incrementAndGet();
                return CompletableFuture.failedFuture(new IllegalStateException("always"));
            }
        };
        ProcessorRunner<Integer> runner = startLive(failing);

        say("hi");
        passUntil(Duration.ofSeconds(1), () -> runner.status().acknowledgedThrough() >= 3);

        assertThat(calls).hasValue(4);
        assertThat(log()).hasSize(3);
    }

    @Test
    void should_record_an_append_without_a_cause() {
        Recorder recorder =
                Recorder.silent().whenCaughtUp((state, effects) -> Effects.done(effects.append(new Echoed("why?"))));
        ProcessorRunner<List<String>> runner = startLive(recorder);

        passUntil(
                Duration.ofSeconds(1),
                () -> !logOf(BuiltInType.EFFECT_FAILED.type()).isEmpty());
        runner.awaitIdle(LIMIT);

        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())
                        .get(0)
                        .payloadJson()
                        .path("message")
                        .textValue())
                .contains("has no cause", "because(offset)");
    }

    @Test
    void should_refuse_to_wait_for_its_own_reaction_inside_an_effect() {
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        CompletableFuture<ProcessorRunner<List<String>>> self = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            try {
                get(self).awaitProcessed(event.offset(), LIMIT);
            } catch (IllegalStateException expected) {
                refusal.complete(expected);
            }
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);
        self.complete(runner);

        runner.awaitProcessed(say("hi"), LIMIT);

        assertThat(get(refusal)).hasMessageContaining("from inside an effect");
    }

    @Test
    void should_fire_nothing_for_history_even_when_it_failed_before() {
        get(streams.append(PATH, EventInput.of(new Recorder.Talk.Said("old"))));
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = start(runner(recorder).effectsFrom(EffectStartPolicy.LIVE));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(recorder.acted).isEmpty();
    }

    private void advanceUntilProcessed(ProcessorRunner<?> runner, long offset) {
        passUntil(Duration.ofMillis(500), () -> runner.status().acknowledgedThrough() >= offset);
    }
}
