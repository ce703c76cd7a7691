package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReconnectTest extends RunnerRules {
    @Test
    void should_act_on_the_events_of_a_short_gap_and_reconcile_again() {
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitProcessed(say("before"), LIMIT);

        network.link().cut();
        assertThat(runner.status().phase()).isEqualTo(Phase.RECONNECTING);
        say("during");
        network.link().connect(Duration.ofSeconds(5));
        runner.awaitReduced(3, LIMIT);
        runner.awaitIdle(LIMIT);
        runner.awaitProcessed(say("after"), LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(recorder.acted).containsExactly(2L, 3L, 4L);
        assertThat(recorder.calls).contains("caught up 2", "said during 2");
        assertThat(recorder.calls.stream().filter(call -> call.startsWith("caught up")))
                .hasSize(2);
    }

    @Test
    void should_subscribe_again_when_a_subscription_ends_for_a_reason_that_may_pass() {
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitProcessed(say("before"), LIMIT);

        network.link().end(new StreamException(StreamException.Code.UNAVAILABLE, PATH, "the service restarts"));
        assertThat(runner.status().phase()).isEqualTo(Phase.RECONNECTING);
        say("during");
        passUntil(Duration.ofSeconds(1), () -> runner.status().phase() == Phase.LIVE);
        runner.awaitProcessed(say("after"), LIMIT);

        assertThat(recorder.acted).containsExactly(2L, 3L, 4L);
        assertThat(recorder.reduced).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void should_fold_only_what_came_between_two_subscriptions_that_are_far_apart() {
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitIdle(LIMIT);

        network.refuseSubscriptions(true);
        network.link().end(new StreamException(StreamException.Code.UNAVAILABLE, PATH, "the service restarts"));
        say("during");
        pass(Duration.ofMinutes(5));
        network.refuseSubscriptions(false);
        passUntil(Duration.ofSeconds(10), () -> runner.status().phase() == Phase.LIVE);
        runner.awaitProcessed(say("after"), LIMIT);

        assertThat(recorder.reduced).containsExactly(1L, 2L, 3L);
        assertThat(recorder.acted).containsExactly(3L);
    }

    @Test
    void should_stop_when_a_subscription_ends_for_good() {
        ProcessorRunner<List<String>> runner = startLive(Recorder.silent());

        network.link().end(new StreamException(StreamException.Code.FORBIDDEN, PATH, "not yours"));

        assertThat(get(runner.ended()).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void should_make_one_decision_for_a_hundred_inputs_of_a_half_open_connection() {
        Answerer answerer = new Answerer();
        ProcessorRunner<Answerer.Debt> runner = startLive(answerer);
        runner.awaitIdle(LIMIT);

        network.link().goSilent();
        for (int hour = 0; hour < 100; hour++) {
            say("input " + hour);
            pass(Duration.ofMinutes(5));
        }
        assertThat(runner.state().said()).isZero();
        network.link().cut();
        network.link().connect(Duration.ofMinutes(500));
        runner.awaitReduced(101, LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(runner.state().said()).isEqualTo(100);
        assertThat(answerer.acted).isEmpty();
        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_act_on_a_long_gap_when_what_matters_is_what_was_acknowledged() {
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = start(runner(recorder).progress(ProgressStore.inMemory()));
        runner.awaitCaughtUp(LIMIT);

        network.link().cut();
        sayMany(3);
        network.link().connect(Duration.ofHours(8));
        runner.awaitProcessed(4, LIMIT);

        assertThat(recorder.acted).containsExactly(2L, 3L, 4L);
    }

    @Test
    void should_run_pending_effects_after_a_restart_and_none_twice() {
        ProgressStore progress = ProgressStore.inMemory();
        CompletableFuture<Void> never = new CompletableFuture<>();
        Recorder crashing = Recorder.silent()
                .onSaid((state, event, effects) ->
                        state.size() < 3 ? Effects.done(effects.append(new Echoed("ok"))) : never);
        ProcessorRunner<List<String>> before = start(runner(crashing).progress(progress));
        before.awaitCaughtUp(LIMIT);
        say("a");
        say("b");
        long held = say("c");
        before.awaitReduced(held, LIMIT);
        before.stop(Duration.ofMillis(50));
        Recorder recorder =
                Recorder.silent().onSaid((state, event, effects) -> Effects.done(effects.append(new Echoed("ok"))));

        ProcessorRunner<List<String>> after = start(runner(recorder).progress(progress));
        after.awaitCaughtUp(LIMIT);
        after.awaitIdle(LIMIT);

        assertThat(recorder.acted).containsExactly(held);
        assertThat(logOf("echoed")).hasSize(3);
    }

    @Test
    void should_give_its_subscription_back_when_effects_are_at_the_bound() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> held);
        ProcessorRunner<List<String>> runner =
                start(runner(recorder).maxUnacknowledged(2).heartbeat(Duration.ofMillis(20)));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);

        sayMany(10);
        eventually(() -> network.closedSubscriptions() == 1);
        assertThat(runner.status().reducedThrough()).isEqualTo(3);
        held.complete(null);
        runner.awaitProcessed(11, LIMIT);

        assertThat(recorder.acted)
                .containsExactlyElementsOf(LongStream.rangeClosed(2, 11).boxed().toList());
        assertThat(recorder.reduced).doesNotHaveDuplicates();
        assertThat(network.subscriptions()).isGreaterThan(1);
    }

    @Test
    void should_begin_a_new_log_at_its_beginning_when_it_had_given_its_subscription_back() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> held);
        ProcessorRunner<List<String>> runner =
                start(runner(recorder).maxUnacknowledged(2).heartbeat(Duration.ofMillis(20)));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);
        sayMany(10);
        eventually(() -> network.closedSubscriptions() == 1);
        assertThat(runner.status().reducedThrough()).isEqualTo(3);

        get(streams.destroy(PATH, false));
        say("in the next life");
        held.complete(null);
        passUntil(Duration.ofSeconds(2), () -> runner.state().equals(List.of("in the next life")));
    }

    @Test
    void should_append_nothing_to_the_next_incarnation_of_its_stream() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            if (event.payload() instanceof Recorder.Talk.Said said
                    && said.text().equals("old")) {
                return Effects.done(held.thenCompose(nothing -> effects.append(new Echoed("from the old life"))));
            }
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitReduced(say("old"), LIMIT);
        eventually(() -> recorder.acted.contains(2L));

        get(streams.destroy(PATH, false));
        say("new");
        passUntil(Duration.ofSeconds(2), () -> runner.state().equals(List.of("new")));
        held.complete(null);
        runner.awaitProcessed(say("newer"), LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(logOf("echoed")).isEmpty();
    }

    @Test
    void should_fold_and_act_once_whatever_the_network_does() {
        for (long seed = 1; seed <= 20; seed++) {
            try {
                checkWithFaults(new Random(seed));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private void checkWithFaults(Random random) {
        get(streams.destroy(PATH, false));
        Recorder recorder =
                Recorder.silent().onSaid((state, event, effects) -> Effects.done(effects.append(new Echoed("ok"))));
        ProcessorRunner<List<String>> runner =
                start(runner(recorder).effectsFrom(EffectStartPolicy.BEGINNING).progress(ProgressStore.inMemory()));
        runner.awaitCaughtUp(LIMIT);
        int said = 0;
        for (int step = 0; step < 40; step++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    network.link().cut();
                    network.link().connect(Duration.ofSeconds(random.nextInt(100)));
                }
                case 1 -> network.loseAnswers(random.nextInt(3));
                case 2 -> network.loseRequests(random.nextInt(3));
                case 3 -> pass(Duration.ofSeconds(random.nextInt(10)));
                default -> {
                    say("text " + step);
                    said++;
                }
            }
        }
        int expected = said;
        passUntil(
                Duration.ofSeconds(5),
                () -> logOf("echoed").size() == expected && runner.status().acknowledgedThrough() == log().size());
        assertThat(recorder.reduced).isSorted().doesNotHaveDuplicates().hasSize(log().size());
        assertThat(recorder.acted.stream().distinct().count()).isEqualTo(said);
        List<Event> echoes = logOf("echoed");
        assertThat(echoes.stream().map(Event::idempotencyKey).distinct()).hasSize(said);
        runner.stop(Duration.ofSeconds(1));
    }
}
