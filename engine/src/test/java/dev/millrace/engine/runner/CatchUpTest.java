package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CatchUpTest extends RunnerRules {
    @Test
    void should_fold_history_without_effects_and_reconcile_once() {
        sayMany(3);
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitIdle(LIMIT);

        assertThat(runner.state()).containsExactly("text 0", "text 1", "text 2");
        assertThat(recorder.calls).containsExactly("caught up 3");
        assertThat(runner.status().phase()).isEqualTo(Phase.LIVE);
    }

    @Test
    void should_reconcile_once_when_there_is_nothing_to_catch_up_with() {
        Recorder recorder = Recorder.silent();

        startLive(recorder).awaitIdle(LIMIT);

        assertThat(recorder.calls).containsExactly("caught up 0");
    }

    @Test
    void should_fire_effects_of_live_events_in_order_with_the_state_as_of_each() {
        sayMany(1);
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitIdle(LIMIT);

        say("a");
        say("b");
        runner.awaitProcessed(say("c"), LIMIT);

        assertThat(recorder.calls).containsExactly("caught up 1", "said a 2", "said b 3", "said c 4");
    }

    @Test
    void should_make_one_decision_for_a_hundred_inputs_that_came_while_it_was_down() {
        sayMany(100);
        Answerer answerer = new Answerer();

        startLive(answerer).awaitIdle(LIMIT);

        assertThat(answerer.reduced).hasSize(102).isSorted(); // initialized, a hundred inputs, one decision
        assertThat(answerer.acted).isEmpty();
        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_make_one_decision_for_a_backlog_with_pending_effects() {
        ProgressStore progress = ProgressStore.inMemory();
        try (ProcessorRunner<?> before = start(runner(new Answerer()).progress(progress))) {
            before.awaitIdle(LIMIT);
        }
        sayMany(100);
        Answerer answerer = new Answerer();

        ProcessorRunner<?> after = start(runner(answerer).progress(progress));
        after.awaitCaughtUp(LIMIT);
        after.awaitIdle(LIMIT);

        assertThat(answerer.acted).hasSize(100).isSorted();
        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_reconcile_with_what_the_effects_before_it_appended() {
        ProgressStore progress = ProgressStore.inMemory();
        try (ProcessorRunner<?> before = start(runner(new Answerer()).progress(progress))) {
            before.awaitIdle(LIMIT);
        }
        say("while it was down");
        CompletableFuture<Void> held = new CompletableFuture<>();
        Answerer answerer = new Answerer() {
            @Override
            public CompletionStage<Void> afterAppend(Debt debt, Event event, Effects<Debt> effects) {
                return super.afterAppend(debt, event, effects)
                        .thenCompose(launched -> event.payload() instanceof Said ? held : Effects.none());
            }
        };

        ProcessorRunner<?> after = start(runner(answerer).progress(progress));
        after.awaitReduced(3, LIMIT); // initialized, the input, and the answer to it
        after.awaitCaughtUp(LIMIT);
        held.complete(null);
        after.awaitIdle(LIMIT);

        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_not_decide_again_what_a_task_did_that_ended_after_the_state_was_taken() {
        ProgressStore progress = ProgressStore.inMemory();
        try (ProcessorRunner<?> before = start(runner(new Answerer()).progress(progress))) {
            before.awaitIdle(LIMIT);
        }
        say("while it was down");
        CompletableFuture<Void> held = new CompletableFuture<>();
        Answerer answerer = new Answerer() {
            @Override
            CompletionStage<?> reply(BackgroundTask<Debt> reply, Debt debt) {
                return held.thenCompose(nothing -> super.reply(reply, debt));
            }

            @Override
            public CompletionStage<Void> onCaughtUp(Debt debt, Effects<Debt> effects) {
                BackgroundTask<Debt> reply = effects.running("reply").orElseThrow();
                held.complete(null);
                return reply.done().thenCompose(ended -> super.onCaughtUp(debt, effects));
            }
        };

        ProcessorRunner<?> after = start(runner(answerer).progress(progress));
        after.awaitCaughtUp(LIMIT);
        after.awaitIdle(LIMIT);

        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_tell_an_effect_the_newest_state_and_how_far_behind_it_is() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        CompletableFuture<String> seen = new CompletableFuture<>();
        Recorder[] self = new Recorder[1];
        self[0] = Recorder.silent().onSaid((state, event, effects) -> {
            if (state.size() == 1) {
                return held;
            }
            if (state.size() == 2) {
                seen.complete(state.size() + " of " + effects.current().size() + ", behind "
                        + effects.delivery().behind());
            }
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(self[0]);

        say("a");
        say("b");
        runner.awaitReduced(say("c"), LIMIT);
        held.complete(null);

        assertThat(get(seen)).isEqualTo("2 of 3, behind 1");
    }

    @Test
    void should_start_from_the_beginning_or_after_an_offset_when_told_to() {
        sayMany(3);
        Recorder all = Recorder.silent();
        Recorder some = Recorder.silent().named("other");

        ProcessorRunner<List<String>> everything = start(runner(all).effectsFrom(EffectStartPolicy.BEGINNING));
        ProcessorRunner<List<String>> rest = start(runner(some).effectsFrom(EffectStartPolicy.after(3)));
        everything.awaitProcessed(4, LIMIT);
        rest.awaitProcessed(4, LIMIT);

        assertThat(all.acted).containsExactly(2L, 3L, 4L);
        assertThat(some.acted).containsExactly(4L);
    }

    @Test
    void should_act_on_its_own_appends_with_the_chain_one_longer() {
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> state.size() < 4
                        ? Effects.done(effects.append(new Recorder.Talk.Said("again " + state.size())))
                        : Effects.none());
        ProcessorRunner<List<String>> runner = startLive(recorder);

        say("first");
        runner.awaitReduced(5, LIMIT);

        assertThat(log().stream().flatMap(event -> event.provenance().stream()).map(origin -> origin.depth()))
                .containsExactly(1, 2, 3);
    }

    @Test
    void should_treat_a_destroyed_and_recreated_stream_as_a_new_one() {
        ProgressStore progress = ProgressStore.inMemory();
        Recorder before = Recorder.silent();
        try (ProcessorRunner<List<String>> runner = start(runner(before).progress(progress))) {
            runner.awaitCaughtUp(LIMIT);
            sayMany(10);
            runner.awaitProcessed(11, LIMIT);
        }
        get(streams.destroy(PATH, false));
        say("old news of the new stream");
        Recorder after = Recorder.silent();

        ProcessorRunner<List<String>> runner = start(runner(after).progress(progress));
        runner.awaitIdle(LIMIT);
        runner.awaitProcessed(say("news"), LIMIT);

        assertThat(after.calls).containsExactly("caught up 1", "said news 2");
    }

    @Test
    void should_follow_a_stream_into_its_next_incarnation() {
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> Effects.done(effects.append(EventDraft.of(new Echoed("ok")))));
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitProcessed(say("in the first life"), LIMIT);

        get(streams.destroy(PATH, false));
        eventually(() -> timers.pending() > 0);
        pass(Duration.ofSeconds(2));
        eventually(() -> runner.status().phase() == Phase.LIVE && runner.state().isEmpty());
        runner.awaitProcessed(say("in the second life"), LIMIT);

        assertThat(runner.state()).containsExactly("in the second life");
        assertThat(logOf("echoed")).hasSize(1);
    }

    @Test
    void should_leave_other_streams_alone() {
        say(StreamPath.of("/agents/2"), "not yours");
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitIdle(LIMIT);

        assertThat(runner.state()).isEmpty();
        assertThat(LongStream.of(runner.status().reducedThrough())).containsExactly(1L);
    }
}
