package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class AppendsTest extends RunnerRules {
    private static Recorder echo() {
        return Recorder.silent()
                .onSaid((state, event, effects) ->
                        Effects.done(effects.append(new Echoed(state.get(state.size() - 1)))));
    }

    @Test
    void should_stamp_key_and_provenance_on_every_append() {
        ProcessorRunner<List<String>> runner = startLive(echo());

        long cause = say("hi");
        runner.awaitProcessed(cause, LIMIT);

        Event echoed = logOf("echoed").get(0);
        String incarnation = log().get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .textValue();
        assertThat(echoed.idempotencyKey()).contains("recorder/echoed@/agents/1~" + incarnation + ":" + cause);
        assertThat(echoed.provenance()).contains(new Provenance("recorder", 1, PATH, cause, 1, 0));
    }

    @Test
    void should_fail_if_the_key_is_taken_by_an_event_that_is_not_its_own() {
        ProcessorRunner<List<String>> runner = startLive(echo());
        String incarnation = log().get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .textValue();
        long cause = log().size() + 2L;
        String key = "recorder/echoed@/agents/1~" + incarnation + ":" + cause;
        EventInput taken = EventInput.builder()
                .type("taken")
                .idempotencyKey(key)
                .metadata(new Provenance("thief", 1, PATH, 1, 1, 0).asMetadata(Optional.empty()))
                .build();
        long offset = streams.append(PATH, taken).join().offset();

        assertThat(say("hi")).isEqualTo(cause);
        runner.awaitProcessed(cause, LIMIT);

        assertThat(logOf("echoed")).isEmpty();
        Event failed = logOf(BuiltInType.EFFECT_FAILED.type()).get(0);
        assertThat(failed.payloadJson().path("attempts").intValue()).isEqualTo(1);
        assertThat(failed.payloadJson().path("message").textValue())
                .contains("append of echoed by 'recorder' to /agents/1 is not stored: its key '" + key
                        + "' is taken by /agents/1@" + offset + ", which is taken of 'thief'");
    }

    @Test
    void should_not_meet_the_keys_of_callers() {
        ProcessorRunner<List<String>> runner = startLive(echo());
        long cause = log().size() + 2L;
        String incarnation = log().get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .textValue();
        EventInput taken = EventInput.builder()
                .type("taken")
                .idempotencyKey("recorder/echoed@/agents/1~" + incarnation + ":" + cause)
                .build();
        streams.append(PATH, taken).join();

        assertThat(say("hi")).isEqualTo(cause);
        runner.awaitProcessed(cause, LIMIT);

        assertThat(logOf("echoed").get(0).idempotencyKey()).isEqualTo(taken.idempotencyKey());
    }

    @Test
    void should_append_once_when_two_runners_act_on_the_same_events() {
        ProcessorRunner<List<String>> first = startLive(echo());
        ProcessorRunner<List<String>> second = startLive(echo());

        long last = sayMany(20);
        first.awaitProcessed(last, LIMIT);
        second.awaitProcessed(last, LIMIT);

        assertThat(logOf("echoed")).hasSize(20);
    }

    @Test
    void should_append_once_when_history_is_acted_on_again() {
        ProcessorRunner<List<String>> first = startLive(echo());
        first.awaitProcessed(say("hi"), LIMIT);

        ProcessorRunner<List<String>> again = start(runner(echo()).effectsFrom(EffectStartPolicy.BEGINNING));
        again.awaitCaughtUp(LIMIT);
        again.awaitIdle(LIMIT);

        assertThat(logOf("echoed")).hasSize(1);
    }

    @Test
    void should_give_the_second_writer_the_first_ones_event() {
        CompletableFuture<AppendResult> answer = new CompletableFuture<>();
        ProcessorRunner<List<String>> first = startLive(echo());
        first.awaitProcessed(say("hi"), LIMIT);
        Recorder other = Recorder.silent().onSaid((state, event, effects) -> {
            CompletableFuture<AppendResult> append = effects.append(new Echoed("something else"));
            append.thenAccept(answer::complete);
            return Effects.done(append);
        });

        start(runner(other).effectsFrom(EffectStartPolicy.BEGINNING)).awaitProcessed(2, LIMIT);

        assertThat(get(answer).replayed()).isTrue();
        assertThat(get(answer).diverged()).isTrue();
        assertThat(get(answer).event().payloadJson().path("text").textValue()).isEqualTo("hi");
    }

    @Test
    void should_refuse_a_second_append_of_the_same_name_that_is_not_told_apart() {
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            effects.append(new Echoed("one"));
            return Effects.done(effects.append(new Echoed("two")));
        });
        ProcessorRunner<List<String>> runner = start(runner(recorder)
                .retry(new dev.millrace.core.runner.RetryPolicy(0, Duration.ofMillis(1), Duration.ofMillis(1))));
        runner.awaitCaughtUp(LIMIT);

        runner.awaitProcessed(say("hi"), LIMIT);

        assertThat(logOf("echoed")).hasSize(1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type()))
                .singleElement()
                .satisfies(
                        event -> assertThat(event.payloadJson().path("message").textValue())
                                .contains("second append of echoed", "/agents/1@2", "named("));
    }

    @Test
    void should_keep_named_appends_of_one_cause_apart() {
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            CompletableFuture<AppendResult> one =
                    effects.append(EventDraft.of(new Echoed("one")).named("a"));
            CompletableFuture<AppendResult> two =
                    effects.append(EventDraft.of(new Echoed("two")).named("b"));
            return Effects.done(CompletableFuture.allOf(one, two));
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);

        runner.awaitProcessed(say("hi"), LIMIT);

        assertThat(logOf("echoed"))
                .extracting(event -> event.payloadJson().path("text").textValue())
                .containsExactly("one", "two");
    }

    @Test
    void should_resolve_targets_and_count_hops() {
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> Effects.done(CompletableFuture.allOf(
                        effects.append(EventDraft.of(new Echoed("child")).to("./child")),
                        effects.append(EventDraft.of(new Echoed("sibling")).to("../2")),
                        effects.append(EventDraft.of(new Echoed("absolute")).to("/far/away")))));
        ProcessorRunner<List<String>> runner = startLive(recorder);

        runner.awaitProcessed(say("hi"), LIMIT);

        for (String target : List.of("/agents/1/child", "/agents/2", "/far/away")) {
            Event event = log(StreamPath.of(target)).get(1);
            assertThat(event.provenance().map(Provenance::hops)).contains(1);
            assertThat(event.provenance().map(Provenance::sourcePath)).contains(PATH);
        }
    }

    @Test
    void should_record_a_target_that_is_not_a_path_as_a_failure_and_append_nothing() {
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> Effects.done(
                        effects.append(EventDraft.of(new Echoed("?")).to("child"))));
        ProcessorRunner<List<String>> runner = start(runner(recorder)
                .retry(new dev.millrace.core.runner.RetryPolicy(0, Duration.ofMillis(1), Duration.ofMillis(1))));
        runner.awaitCaughtUp(LIMIT);

        runner.awaitProcessed(say("hi"), LIMIT);

        assertThat(logOf("echoed")).isEmpty();
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).hasSize(1);
    }

    @Test
    void should_store_once_when_the_answer_to_an_append_is_lost() {
        ProcessorRunner<List<String>> runner = startLive(echo());
        network.loseAnswers(2);

        long cause = say("hi");
        passUntil(Duration.ofSeconds(1), () -> runner.status().acknowledgedThrough() >= cause);

        assertThat(logOf("echoed")).hasSize(1);
    }

    @Test
    void should_park_an_append_while_the_stream_is_paused_and_send_it_after_the_resume() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> Effects.done(
                        go.thenCompose(nothing -> effects.append(new Echoed(state.get(state.size() - 1))))));
        ProcessorRunner<List<String>> runner = startLive(recorder);

        long cause = say("hi");
        runner.awaitReduced(cause, LIMIT);
        get(streams.append(PATH, EventInput.of(new StreamEvent.Paused(Optional.of("test")))));
        go.complete(null);
        pass(Duration.ofMinutes(5));
        assertThat(logOf("echoed")).isEmpty();
        get(streams.append(PATH, EventInput.of(new StreamEvent.Resumed(Optional.empty()))));
        passUntil(Duration.ofSeconds(2), () -> runner.status().acknowledgedThrough() >= cause);

        assertThat(logOf("echoed")).hasSize(1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_turn_an_append_to_another_stream_that_stays_paused_into_a_dead_letter() {
        StreamPath other = StreamPath.of("/other");
        get(streams.append(other, EventInput.of(new StreamEvent.Paused(Optional.of("test")))));
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> Effects.done(
                        effects.append(EventDraft.of(new Echoed("hi")).to("/other"))));
        ProcessorRunner<List<String>> runner = startLive(recorder);

        long cause = say("hi");
        passUntil(Duration.ofSeconds(5), () -> runner.status().acknowledgedThrough() >= cause);

        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).hasSize(1);
    }
}
