package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamException;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("jdk")
@Timeout(30)
class StopTest extends RunnerRules {
    @Test
    void should_let_a_held_effect_finish_before_the_deadline() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Recorder recorder = Recorder.silent()
                .onSaid((state, event, effects) ->
                        Effects.done(go.thenCompose(nothing -> effects.append(new Echoed("done")))));
        ProgressStore progress = ProgressStore.inMemory();
        ProcessorRunner<List<String>> runner = start(runner(recorder).progress(progress));
        runner.awaitCaughtUp(LIMIT);
        long offset = say("hi");
        eventually(() -> recorder.acted.contains(offset));

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> runner.stop(LIMIT));
        go.complete(null);
        get(stopping);

        assertThat(logOf("echoed")).hasSize(1);
        assertThat(progress.load("recorder", PATH).orElseThrow().acknowledgedThrough())
                .isGreaterThanOrEqualTo(offset);
        assertThat(runner.status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void should_not_wait_longer_than_the_deadline_and_leave_the_effect_owed() {
        ProgressStore progress = ProgressStore.inMemory();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> new CompletableFuture<>());
        ProcessorRunner<List<String>> runner = start(runner(recorder).progress(progress));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitReduced(say("hi"), LIMIT);

        long before = System.nanoTime();
        runner.stop(Duration.ofMillis(50));
        runner.stop(Duration.ofHours(1));

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before)).isLessThan(10);
        assertThat(progress.load("recorder", PATH).orElseThrow().acknowledgedThrough())
                .isEqualTo(1);
    }

    @Test
    void should_stop_from_inside_an_effect_without_waiting_for_itself() {
        CompletableFuture<ProcessorRunner<List<String>>> self = new CompletableFuture<>();
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            get(self).stop(Duration.ofHours(1));
            stopped.complete(null);
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(recorder);
        self.complete(runner);

        say("hi");
        get(stopped);

        assertThat(runner.status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void should_see_nothing_of_what_comes_after_the_stop() {
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> runner = startLive(recorder);
        runner.awaitProcessed(say("before"), LIMIT);

        runner.stop(LIMIT);
        say("after");

        assertThat(runner.state()).containsExactly("before");
        assertThatThrownBy(() -> runner.awaitReduced(3, LIMIT))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("was stopped");
    }
}
