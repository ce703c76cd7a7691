package dev.millrace.processors.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A trip in a log of which no breaker has made a pause, because it crashed in between. */
class LapsedTripTest {
    private static final StreamPath PATH = StreamPath.of("/busy");
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final VirtualTimers time = new VirtualTimers();
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).timers(time).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 1", "PT9.999S, 1", "PT10S, 0", "PT1H, 0"})
    void should_count_when_the_log_is_caught_up_until_it_lapses(Duration later, int pauses) throws Exception {
        burst(100);
        time.advance(later);

        assertThat(pausesOf(EffectStartPolicy.LIVE)).hasSize(pauses);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 1", "PT9.999S, 1", "PT10S, 0", "PT1H, 0"})
    void should_count_when_its_effect_begins_again_until_it_lapses(Duration later, int pauses) throws Exception {
        burst(100);
        time.advance(later);

        assertThat(pausesOf(EffectStartPolicy.BEGINNING)).hasSize(pauses);
    }

    @Test
    void should_judge_new_events_after_a_trip_that_has_lapsed() throws Exception {
        burst(100);
        time.advance(Duration.ofMinutes(1));
        burst(99);
        assertThat(pausesOf(EffectStartPolicy.LIVE)).isEmpty();

        burst(1);

        assertThat(pausesOf(EffectStartPolicy.LIVE)).hasSize(1);
    }

    private void burst(int events) throws Exception {
        var unused = streams.appendAll(PATH, Collections.nCopies(events, EventInput.ofType("noted")))
                .get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    private List<Event> pausesOf(EffectStartPolicy effects) throws Exception {
        try (ProcessorRunner<CircuitBreakerState> runner =
                ProcessorRunner.builder(streams, new CircuitBreaker()).stream(PATH)
                        .timers(time)
                        .effectsFrom(effects)
                        .progress(ProgressStore.inMemory())
                        .start()) {
            runner.awaitCaughtUp(BOUND);
            runner.awaitIdle(BOUND);
        }
        return streams.read(PATH, ReadRange.all()).get(BOUND.toSeconds(), TimeUnit.SECONDS).stream()
                .filter(event -> event.type().endsWith("/paused"))
                .toList();
    }
}
