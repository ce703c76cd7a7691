package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of runs that end during work, and of runs that start when something fails. */
@Timeout(60)
class EndsTest extends RunnerRules {
    private static final StreamPath ELSEWHERE = StreamPath.of("/elsewhere");

    private long acknowledged(ProgressStore progress) {
        return progress.load("recorder", PATH).orElseThrow().acknowledgedThrough();
    }

    @Test
    void should_save_what_is_done_of_a_backlog_that_it_never_came_to_the_end_of() {
        ProgressStore progress = ProgressStore.inMemory();
        ProcessorRunner<List<String>> before = start(runner(Recorder.silent()).progress(progress));
        before.awaitCaughtUp(LIMIT);
        long last = say("first");
        before.awaitProcessed(last, LIMIT);
        before.stop(LIMIT);
        sayMany(200);
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) ->
                        event.offset() <= last + 10 ? Effects.none() : new CompletableFuture<>());

        ProcessorRunner<List<String>> runner =
                start(runner(recorder).progress(progress).heartbeat(Duration.ofMillis(20)));
        eventually(() -> recorder.acted.size() == 11);
        runner.stop(Duration.ofMillis(50));

        assertThat(acknowledged(progress)).isEqualTo(last + 10);
        assertThat(recorder.calls).noneMatch(call -> call.startsWith("caught up"));
    }

    @Test
    void should_save_nothing_of_a_history_that_is_not_to_be_acted_on_before_all_of_it_is_folded() {
        sayMany(200);
        List<Progress> saved = new CopyOnWriteArrayList<>();
        ProgressStore progress = new ProgressStore() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                return Optional.empty();
            }

            @Override
            public void save(Progress newest) {
                saved.add(newest);
            }
        };

        start(runner(Recorder.silent()).progress(progress).effectsFrom(EffectStartPolicy.ACKNOWLEDGED))
                .awaitCaughtUp(LIMIT);

        assertThat(saved).extracting(Progress::acknowledgedThrough).containsExactly(201L);
    }

    @Test
    void should_wait_for_the_held_effect_though_an_attempt_fails_meanwhile() {
        get(streams.append(ELSEWHERE, EventInput.ofType("https://events.iterate.com/events/stream/paused")));
        CompletableFuture<Void> go = new CompletableFuture<>();
        CompletableFuture<BackgroundTask<?>> launched = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            launched.complete(effects.launch(
                    "tell",
                    because(event.offset()),
                    attempt -> attempt.append(EventDraft.of(new Echoed("hi")).to(ELSEWHERE.value()))));
            return go;
        });
        ProgressStore progress = ProgressStore.inMemory();
        ProcessorRunner<List<String>> runner = start(runner(recorder).progress(progress));
        runner.awaitCaughtUp(LIMIT);
        int timersBefore = timers.pending();
        long offset = say("hi");
        eventually(() -> timers.pending() > timersBefore); // the append waits for the paused stream

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> runner.stop(LIMIT));
        get(get(launched).done());
        go.complete(null);
        get(stopping);

        assertThat(acknowledged(progress)).isGreaterThanOrEqualTo(offset);
    }

    @Test
    void should_not_call_on_caught_up_after_the_stop() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) ->
                        Effects.done(go.thenCompose(nothing -> effects.append(new Echoed("hi")))));
        ProcessorRunner<List<String>> runner = startLive(recorder);
        long offset = say("hi");
        eventually(() -> recorder.acted.contains(offset));
        network.link().cut();
        network.link().connect(Duration.ofSeconds(1));
        eventually(() -> runner.status().phase() == Phase.LIVE);
        network.link().goSilent();
        go.complete(null);
        eventually(() -> runner.status().acknowledgedThrough() >= offset);

        runner.stop(Duration.ofMinutes(10)); // the echo is never reduced: stop must not wait for it

        assertThat(recorder.calls)
                .filteredOn(call -> call.startsWith("caught up"))
                .hasSize(1);
    }

    @Test
    void should_act_on_the_last_event_although_it_reads_no_appends_after_it() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) ->
                        Effects.done(go.thenCompose(nothing -> effects.append(new Echoed("hi")))));
        sayMany(3);
        ProcessorRunner<List<String>> runner = start(runner(recorder)
                .effectsFrom(EffectStartPolicy.BEGINNING)
                .until(event ->
                        event.payload() instanceof Said said && said.text().equals("last")));
        runner.awaitCaughtUp(LIMIT);
        long last = say("last");
        runner.awaitReduced(last, LIMIT);

        go.complete(null);
        runner.awaitProcessed(last, LIMIT);

        assertThat(recorder.acted).containsExactly(2L, 3L, 4L, last);
        assertThat(logOf("echoed")).hasSize(4);
    }

    @Test
    void should_start_as_soon_as_its_progress_can_be_read() {
        AtomicInteger loads = new AtomicInteger();
        ProgressStore memory = ProgressStore.inMemory();
        ProgressStore progress = new ProgressStore() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                if (loads.incrementAndGet() <= 2) {
                    throw new StreamException(StreamException.Code.UNAVAILABLE, path, "not now");
                }
                return memory.load(slug, path);
            }

            @Override
            public void save(Progress newest) {
                memory.save(newest);
            }
        };
        sayMany(3);
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner =
                start(runner(recorder).progress(progress).effectsFrom(EffectStartPolicy.BEGINNING));
        passUntil(Duration.ofSeconds(1), () -> loads.get() == 3);
        runner.awaitProcessed(4, LIMIT);

        assertThat(recorder.acted).containsExactly(2L, 3L, 4L);
        assertThat(recorder.reduced).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void should_append_an_answer_that_took_long_though_its_cause_can_not_be_read_at_the_moment() {
        CompletableFuture<Void> thought = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            if (state.size() == 1) {
                effects.launch(
                        "think",
                        because(event.offset()),
                        attempt -> thought.thenCompose(nothing -> attempt.append(new Echoed("42"))));
            }
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);
        say("question");
        runner.awaitProcessed(sayMany(300), LIMIT);

        network.loseReads(Integer.MAX_VALUE);
        thought.complete(null);

        eventually(() -> logOf("echoed").size() == 1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_read_a_cause_again_when_it_can_not_be_read_at_the_moment() {
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) -> state.size() < 302
                        ? Effects.none()
                        : Effects.done(
                                effects.append(EventDraft.of(new Echoed("42")).because(2))));
        ProcessorRunner<List<String>> runner = startLive(recorder);
        say("question");
        runner.awaitProcessed(sayMany(300), LIMIT);

        network.loseReads(2);
        say("now");

        passUntil(Duration.ofMillis(500), () -> logOf("echoed").size() == 1);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_record_each_failure_of_what_is_tried_again_for_the_same_reason() {
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch(
                    "reply",
                    because(2),
                    attempt -> CompletableFuture.failedFuture(new IllegalStateException("no model " + event.offset())));
            return Effects.none();
        });
        startLive(recorder);

        say("hi");
        eventually(() -> logOf(BuiltInType.EFFECT_FAILED.type()).size() == 1);
        say("well?");

        eventually(() -> logOf(BuiltInType.EFFECT_FAILED.type()).size() == 2);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type()))
                .extracting(event -> event.payloadJson().path("attempt").asText())
                .containsOnly("reply");
    }
}
