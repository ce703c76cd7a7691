package dev.millrace.metrics.micrometer;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunnerMetricsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final CompletableFuture<Void> work = new CompletableFuture<>();

    @AfterEach
    void stop() {
        engine.close();
    }

    /** Launches work for the first event after the catch-up; its reducer throws for an event of type {@code poison}. */
    private final class Worker implements Processor<Long> {
        @Override
        public String slug() {
            return "worker";
        }

        @Override
        public Long initialState() {
            return 0L;
        }

        @Override
        public Long reduce(Long state, Event event) {
            if (event.type().equals("poison")) {
                throw new IllegalStateException("cannot fold poison");
            }
            return state + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Long state, Event event, Effects<Long> effects) {
            effects.launch("work", because(event.offset()), attempt -> work);
            return Effects.none();
        }
    }

    private long append(String type) {
        return streams.append(PATH, EventInput.ofType(type))
                .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                .join()
                .offset();
    }

    private double active() {
        return registry.get("millrace.effects.active")
                .tag("processor", "worker")
                .gauge()
                .value();
    }

    @Test
    void should_count_and_time_what_a_runner_does() {
        append("old");
        ProcessorRunner<Long> runner = ProcessorRunner.builder(streams, new Worker()).stream(PATH)
                .listener(RunnerMetrics.in(registry))
                .start();
        try (runner) {
            runner.awaitIdle(LIMIT);
            runner.awaitProcessed(append("new"), LIMIT);
            Awaitility.await().atMost(LIMIT).until(() -> active() == 1);
            work.complete(null);
            runner.awaitIdle(LIMIT);
            append("poison");
            runner.ended().orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
        }

        assertThat(registry.get("millrace.behind").summary().totalAmount()).isEqualTo(2);
        assertThat(registry.get("millrace.caught.up").counter().count()).isEqualTo(1);
        assertThat(registry.get("millrace.reduced").timer().count()).isEqualTo(3);
        assertThat(effects("on-caught-up", "done")).isEqualTo(1);
        assertThat(effects("after-append", "done")).isEqualTo(1);
        assertThat(effects("background-task", "done")).isEqualTo(1);
        assertThat(active()).isZero();
        assertThat(registry.get("millrace.halted").counter().count()).isEqualTo(1);
        assertThat(registry.get("millrace.stopped").counter().count()).isEqualTo(1);
    }

    @Test
    void should_distinguish_failed_from_cancelled() {
        ProcessorRunner<Long> runner = ProcessorRunner.builder(streams, new Worker()).stream(PATH)
                .listener(RunnerMetrics.in(registry))
                .start();
        runner.awaitIdle(LIMIT);
        append("first");
        Awaitility.await().atMost(LIMIT).until(() -> active() == 1);
        work.completeExceptionally(new IllegalStateException("no luck"));
        runner.awaitIdle(LIMIT);
        runner.close();

        assertThat(effects("background-task", "failed")).isGreaterThanOrEqualTo(1);
        assertThat(active()).isZero();
    }

    private long effects(String kind, String outcome) {
        return registry.get("millrace.effects")
                .tags("processor", "worker", "kind", kind, "outcome", outcome)
                .timer()
                .count();
    }
}
