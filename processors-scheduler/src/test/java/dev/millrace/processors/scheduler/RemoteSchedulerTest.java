package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A scheduler outside the service; the engine here does not host one. */
class RemoteSchedulerTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Stage stage = new Stage(new InMemoryEventStore(), 0, List.of());

    @AfterEach
    void stop() {
        stage.close();
    }

    private ProcessorRunner<SchedulerState> start() {
        HostContext context = HostContext.over(stage.streams).timers(stage.time).build();
        return stage.clockWaitsFor(context.runner(new Scheduler(context.timers())).stream(Stage.PATH)
                .effectsFrom(EffectStartPolicy.LIVE)
                .start());
    }

    @Test
    void should_do_the_same_over_the_port() throws Exception {
        try (ProcessorRunner<SchedulerState> runner = start()) {
            runner.awaitCaughtUp(BOUND);
            stage.append(scheduled("a", "{'type': 'tick'}", every(5)))
                    .shows("a asked for", "a configured for 5")
                    .at(5)
                    .showsAfter(2, "a started at 5", "tick", "a succeeded, next 10");
            runner.awaitReduced(6, BOUND);
            assertThat(runner.state().slugs()).containsExactly("a");
        }
    }

    @Test
    void should_execute_requests_from_the_time_before_it_was_started() throws Exception {
        stage.append(scheduled("a", "{'type': 'tick'}", in(5))).at(20).shows("a asked for");

        try (ProcessorRunner<SchedulerState> runner = start()) {
            stage.showsAfter(1, "a configured for 5", "tick", "a succeeded, next never");
            runner.awaitCaughtUp(BOUND);
        }
    }

    @Test
    void should_make_every_run_once_beside_other_schedulers() throws Exception {
        try (ProcessorRunner<SchedulerState> one = start();
                ProcessorRunner<SchedulerState> two = start();
                ProcessorRunner<SchedulerState> three = start()) {
            for (ProcessorRunner<SchedulerState> runner : List.of(one, two, three)) {
                runner.awaitCaughtUp(BOUND);
            }
            stage.append(scheduled("a", "{'type': 'tick'}", in(5)))
                    .shows("a asked for", "a configured for 5")
                    .append(scheduled("b", "{'type': 'tock'}", every(7)))
                    .showsAfter(2, "b asked for", "b configured for 7")
                    .at(5)
                    .showsAfter(4, "tick", "a succeeded, next never")
                    .at(7)
                    .showsAfter(6, "b started at 7", "tock", "b succeeded, next 14")
                    .at(14)
                    .showsAfter(9, "b started at 14", "tock", "b succeeded, next 21");
        }
    }

    @Test
    void should_try_again_for_as_long_as_it_takes_when_no_answer_comes() throws Exception {
        AtomicInteger lost = new AtomicInteger(25);
        EventStreams losing = losingAnswers(lost);
        try (ProcessorRunner<SchedulerState> runner = ProcessorRunner.builder(losing, new Scheduler(stage.time)).stream(
                        Stage.PATH)
                .timers(stage.time)
                .start()) {
            runner.awaitCaughtUp(BOUND);
            stage.append(scheduled("a", "{'type': 'tick'}", in(5))).shows("a asked for", "a configured for 5");

            await().atMost(BOUND).pollInterval(Duration.ofMillis(5)).until(() -> {
                stage.time.advance(Duration.ofSeconds(1));
                return stage.log().size() == 5;
            });

            stage.shows("a asked for", "a configured for 5", "tick", "a succeeded, next never");
            assertThat(lost).hasValueLessThan(0);
        }
    }

    /** The stage's streams, over a network that loses this number of answers to the append of a tick. */
    private EventStreams losingAnswers(AtomicInteger answers) {
        return new ForwardingEventStreams() {
            @Override
            public EventStreams delegate() {
                return stage.streams;
            }

            @Override
            public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
                CompletableFuture<AppendResult> answer = stage.streams.append(path, input);
                return input.type().equals("tick") && answers.getAndDecrement() > 0
                        ? CompletableFuture.failedFuture(
                                new StreamException(StreamException.Code.UNAVAILABLE, "no answer"))
                        : answer;
            }
        };
    }
}
