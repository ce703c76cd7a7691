package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.TimeLimit;
import dev.millrace.core.runner.EffectCall;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerIdentity;
import dev.millrace.core.runner.RunnerListener;
import dev.millrace.core.runner.RunnerStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ListenerTest extends RunnerRules {
    /** A listener that records its calls. */
    private static final class Diary implements RunnerListener {
        final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void fellBehind(RunnerIdentity runner, long events) {
            lines.add("behind by " + events);
        }

        @Override
        public void caughtUp(RunnerIdentity runner, long watermark) {
            lines.add("caught up at " + watermark);
        }

        @Override
        public void reduced(RunnerIdentity runner, Event event, Duration took) {
            lines.add("reduced " + event.offset());
        }

        @Override
        public void effectStarted(RunnerIdentity runner, EffectCall call) {
            lines.add("started " + words(call));
        }

        @Override
        public void effectFinished(RunnerIdentity runner, EffectCall call, Duration took) {
            lines.add("finished " + words(call) + " in " + took.toMillis());
        }

        @Override
        public void effectFailed(RunnerIdentity runner, EffectCall call, Duration took, Throwable failure) {
            lines.add("failed " + words(call) + " with " + failure.getClass().getSimpleName());
        }

        @Override
        public void reconnecting(RunnerIdentity runner, Throwable cause) {
            lines.add("reconnecting");
        }

        @Override
        public void halted(RunnerIdentity runner, Event event, Throwable failure) {
            lines.add("halted at " + event.offset() + ": " + failure.getMessage());
        }

        @Override
        public void stopped(RunnerIdentity runner, RunnerStatus last) {
            lines.add("stopped " + runner + " " + last.phase());
        }

        private static String words(EffectCall call) {
            return call.kind() + " " + call.name() + "@" + call.offset() + " try " + call.attempt();
        }
    }

    private final Diary diary = new Diary();

    private ProcessorRunner<List<String>> listened(Recorder recorder) {
        ProcessorRunner<List<String>> runner =
                start(runner(recorder).listener(diary).retry(RetryPolicy.DEFAULT));
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);
        return runner;
    }

    @Test
    void should_tell_in_order_of_the_catch_up_the_effects_and_the_end() {
        say("old");
        ProcessorRunner<List<String>> runner = listened(Recorder.silent());
        long offset = say("new");
        runner.awaitProcessed(offset, LIMIT);
        runner.stop(Duration.ofSeconds(1));

        assertThat(diary.lines)
                .containsSubsequence("behind by 2", "reduced 1", "reduced 2", "caught up at 2")
                .containsSubsequence(
                        "caught up at 2",
                        "started ON_CAUGHT_UP on-caught-up@2 try 1",
                        "finished ON_CAUGHT_UP on-caught-up@2 try 1 in 0")
                .containsSubsequence(
                        "reduced 3",
                        "started AFTER_APPEND said@3 try 1",
                        "finished AFTER_APPEND said@3 try 1 in 0",
                        "stopped recorder v1 on /agents/1 STOPPED");
        assertThat(diary.lines).endsWith("stopped recorder v1 on /agents/1 STOPPED");
        assertThat(diary.lines.stream().filter(line -> line.startsWith("stopped")))
                .hasSize(1);
    }

    @Test
    void should_report_the_end_of_an_expired_attempt_whose_stage_never_completes() {
        Recorder hanging = Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("hang", because(event.offset()), TimeLimit.within(Duration.ofSeconds(5)), attempt -> {
                return new CompletableFuture<Void>();
            });
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = listened(hanging);
        say("hi");
        eventually(() -> diary.lines.contains("started BACKGROUND_TASK hang@2 try 1"));

        passUntil(Duration.ofSeconds(5), () -> !logOf("millrace/effect-failed").isEmpty());
        runner.awaitIdle(LIMIT);

        assertThat(diary.lines).containsOnlyOnce("failed BACKGROUND_TASK hang@2 try 1 with CancellationException");
    }

    @Test
    void should_tell_of_every_try_of_an_effect() {
        Recorder failing = Recorder.silent()
                .onSaid((state, event, effects) ->
                        CompletableFuture.failedFuture(new IllegalStateException("no luck")));
        ProcessorRunner<List<String>> runner = listened(failing);

        long offset = say("hi");
        passUntil(
                Duration.ofMinutes(1), () -> runner.isIdle() && runner.status().acknowledgedThrough() >= offset);

        assertThat(diary.lines)
                .containsSubsequence(
                        "started AFTER_APPEND said@2 try 1",
                        "failed AFTER_APPEND said@2 try 1 with IllegalStateException",
                        "started AFTER_APPEND said@2 try 2",
                        "failed AFTER_APPEND said@2 try 2 with IllegalStateException");
    }

    @Test
    void should_tell_that_an_attempt_was_cancelled() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        Recorder launching = Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("reply", because(event.offset()), attempt -> {
                attempt.onCancel(() -> work.complete(null));
                return work;
            });
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = listened(launching);

        say("hi");
        eventually(() -> diary.lines.contains("started BACKGROUND_TASK reply@2 try 1"));
        runner.stop(Duration.ofSeconds(1));

        assertThat(diary.lines)
                .contains("failed BACKGROUND_TASK reply@2 try 1 with " + CancellationException.class.getSimpleName());
    }

    @Test
    void should_tell_that_a_reducer_threw() {
        ProcessorRunner<List<String>> runner = listened(Recorder.silent());

        say("poison");
        get(runner.ended());

        assertThat(diary.lines)
                .containsSubsequence("halted at 2: cannot fold poison", "stopped recorder v1 on /agents/1 HALTED");
    }

    @Test
    void should_keep_what_a_listener_throws_from_the_run_and_from_the_others() {
        RunnerListener broken = new RunnerListener() {
            @Override
            public void reduced(RunnerIdentity runner, Event event, Duration took) {
                throw new IllegalStateException("a broken listener");
            }
        };
        ProcessorRunner<List<String>> runner =
                start(runner(Recorder.silent()).listener(broken).listener(diary));
        runner.awaitCaughtUp(LIMIT);

        long offset = say("hi");
        runner.awaitProcessed(offset, LIMIT);

        assertThat(diary.lines).contains("reduced 2");
        assertThat(runner.state()).containsExactly("hi");
    }
}
