package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.Event;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StalenessTest extends RunnerRules {
    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final ProgressStore progress = ProgressStore.inMemory();

    /** Moves the runner's clock so that the newest event has this age. */
    private void ageTo(Duration age) {
        List<Event> log = log();
        Event newest = log.get(log.size() - 1);
        pass(Duration.between(timers.now(), newest.createdAt().plus(age)));
    }

    @ParameterizedTest(name = "{0} minutes old: {1} effects")
    @CsvSource({"59, 3", "60, 3", "61, 0"})
    void should_act_on_a_backlog_only_while_it_is_fresh(int minutes, int effects) {
        sayMany(3);
        ageTo(Duration.ofMinutes(minutes));
        // the newest has exactly this age, the others are a little older
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = start(runner(recorder)
                .progress(progress)
                .effectsFrom(EffectStartPolicy.BEGINNING)
                .staleAfter(AN_HOUR.plusSeconds(minutes == 60 ? 30 : 0)));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(recorder.acted).hasSize(effects);
        assertThat(runner.state()).hasSize(3);
        assertThat(recorder.calls).contains("caught up 3");
        assertThat(runner.status().acknowledgedThrough()).isEqualTo(4);
    }

    @Test
    void should_never_act_later_on_what_was_too_old_once() {
        sayMany(3);
        ageTo(Duration.ofHours(2));
        try (ProcessorRunner<?> first = start(runner(Recorder.silent())
                .progress(progress)
                .effectsFrom(EffectStartPolicy.BEGINNING)
                .staleAfter(AN_HOUR))) {
            first.awaitCaughtUp(LIMIT);
            first.awaitIdle(LIMIT);
        }
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> second =
                start(runner(recorder).progress(progress).effectsFrom(EffectStartPolicy.BEGINNING));
        second.awaitCaughtUp(LIMIT);
        second.awaitProcessed(say("fresh"), LIMIT);

        assertThat(recorder.acted).containsExactly(5L);
    }

    @Test
    void should_still_call_on_caught_up() {
        sayMany(3);
        ageTo(Duration.ofHours(2));
        Answerer answerer = new Answerer();

        ProcessorRunner<Answerer.Debt> runner =
                start(runner(answerer).effectsFrom(EffectStartPolicy.BEGINNING).staleAfter(AN_HOUR));
        runner.awaitIdle(LIMIT);

        assertThat(answerer.acted).doesNotContain(2L, 3L, 4L);
        assertThat(answerer.decisions).hasValue(1);
    }

    @Test
    void should_refuse_an_age_that_nothing_has() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> runner(Recorder.silent()).staleAfter(Duration.ZERO))
                .withMessageContaining("PT0S");
    }
}
