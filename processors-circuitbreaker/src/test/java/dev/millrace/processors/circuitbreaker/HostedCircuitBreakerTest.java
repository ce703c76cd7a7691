package dev.millrace.processors.circuitbreaker;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent.Paused;
import dev.millrace.core.StreamEvent.Resumed;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The breaker on a server: it runs on every stream without a configuration. */
class HostedCircuitBreakerTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final EventInput NOTE = EventInput.ofType("noted");
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final VirtualTimers time = new VirtualTimers();
    private final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
            .timers(time)
            .processors(List.of(new CircuitBreakerProvider()))
            .start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    private static <T> T get(CompletableFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    private List<Event> pauses() throws ExecutionException, InterruptedException, TimeoutException {
        return get(streams.read(PATH, ReadRange.all())).stream()
                .filter(event -> event.type().endsWith("/paused"))
                .toList();
    }

    private JsonNode state() throws ExecutionException, InterruptedException, TimeoutException {
        JsonNode state = get(streams.state(PATH)).processors().get("circuit-breaker");
        return Objects.requireNonNull(state, "the breaker is hosted");
    }

    /** Appends without waiting in between; the last appends may already wait because of the pause. */
    private void burst(int events) throws ExecutionException, InterruptedException, TimeoutException {
        CompletableFuture<?>[] ended = IntStream.range(0, events)
                .mapToObj(i -> streams.append(PATH, NOTE).handle((appended, refused) -> i))
                .toArray(CompletableFuture<?>[]::new);
        get(CompletableFuture.allOf(ended));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"weights\":{\"a\":1e400}}",
                "{\"weights\":{\"a\":1e10000}}",
                "{\"weights\":{\"a\":-1e-10000}}",
                "{\"weights\":{\"noted\":1e308},\"burstCapacity\":5,\"refillRatePerMinute\":1}",
                "{\"burstCapacity\":1e30,\"refillRatePerMinute\":1}",
                "{\"burstCapacity\":1,\"refillRatePerMinute\":1e9999}",
                "{\"maxHops\":1e10000}",
                "{\"maxDepth\":1e400}",
            })
    void should_not_fail_because_of_a_number_in_its_configuration(String config) throws Exception {
        get(streams.append(
                PATH,
                EventInput.builder()
                        .type("circuit-breaker-configured")
                        .payload(JsonCodec.parse(config))
                        .metadata(JsonCodec.parse(
                                "{\"millrace\":{\"depth\":1e10000,\"hops\":1e9999,\"fence\":{\"epoch\":1e10000}}}"))
                        .build()));
        CompletableFuture<?> next = streams.append(PATH, NOTE);

        assertThat(catchThrowable(() -> get(next)))
                .satisfiesAnyOf(
                        none -> assertThat(none).isNull(),
                        paused -> assertThat(paused).hasMessageContaining("paused"));
        assertThat(state().has("error")).isFalse();
        assertThat(get(streams.read(PATH, ReadRange.all())))
                .noneMatch(event -> event.type().endsWith("processor-halted"));
    }

    @Test
    void should_not_pause_a_calm_stream_when_the_clock_is_set_back() throws Exception {
        for (int i = 0; i < 300; i++) {
            if (i == 50) {
                time.set(time.now().minus(Duration.ofHours(1)));
            }
            get(streams.append(PATH, NOTE));
            time.advanceWhen(engine::isIdle, Duration.ofSeconds(20));
        }
        assertThat(pauses()).isEmpty();

        burst(140);
        await().until(() -> !pauses().isEmpty());
    }

    @Test
    void should_pause_a_burst_of_140_concurrent_appends_and_let_a_resume_end_it() throws Exception {
        burst(140);

        await().atMost(BOUND).until(() -> pauses().size() == 1);
        assertThat(pauses().get(0))
                .hasPayload(new Paused(Optional.of("circuit breaker tripped: 100 events in under 1 second")));
        assertThat(catchThrowable(() -> get(streams.append(PATH, NOTE))))
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class,
                        refused -> assertThat(refused.code()).isEqualTo(StreamException.Code.PAUSED));
        assertThat(state().path("paused").booleanValue()).isTrue();

        get(streams.append(PATH, EventInput.of(new Resumed(Optional.empty()))));
        burst(99);
        assertThat(state().path("paused").booleanValue()).isFalse();
        assertThat(state().at("/millrace/tripped").isNull()).isTrue();

        burst(1);
        await().atMost(BOUND).until(() -> pauses().size() == 2);
    }

    /** Two programs in other languages: each appends its type without provenance when it sees the type of the other. */
    @ParameterizedTest
    @ValueSource(ints = {10, 50, 90})
    void should_pause_a_slow_loop_of_two_foreign_processors(int eventsPerSecond) throws Exception {
        Duration apart = Duration.ofMillis((999 + eventsPerSecond) / eventsPerSecond);
        Event newest = get(streams.append(PATH, EventInput.ofType("ping"))).event();
        for (int i = 1; i < 501; i++) {
            time.advanceWhen(engine::isIdle, apart);
            newest = get(streams.append(PATH, EventInput.ofType(newest.type().equals("ping") ? "pong" : "ping")))
                    .event();
        }

        await().atMost(BOUND).until(() -> !pauses().isEmpty());
        assertThat(pauses()).singleElement().satisfies(pause -> {
            assertThat(pause).wasCausedBy("circuit-breaker", 502);
            assertThat(pause.metadata().orElseThrow().at("/circuitBreaker/rule").textValue())
                    .isEqualTo("alternation");
            assertThat(pause.metadata().orElseThrow().at("/circuitBreaker/types"))
                    .isEqualTo(JsonCodec.parse("[\"pong\", \"ping\"]"));
        });
        assertThat(state().path("pauseReason").textValue()).contains("(pong, ping; ");
        assertThat(time.elapsed()).isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void should_leave_a_calm_stream_alone_and_show_its_window() throws Exception {
        for (int i = 0; i < 105; i++) {
            get(streams.append(PATH, NOTE));
            time.advanceWhen(engine::isIdle, Duration.ofMillis(20));
        }

        JsonNode state = state();
        assertThat(state.path("recentEventTimestamps").size()).isEqualTo(100);
        assertThat(state.path("config"))
                .as("the window in the terms of a token bucket")
                .isEqualTo(JsonCodec.parse("{\"burstCapacity\":100,\"refillRatePerMinute\":6000}"));
        assertThat(state.path("availableTokens").intValue()).isEqualTo(50);
        assertThat(state.path("lastRefillAtMs").isIntegralNumber()).isTrue();
        assertThat(state.at("/millrace/config/burstCapacity").isNull()).isTrue();
        assertThat(state.at("/millrace/tripped").isNull()).isTrue();
        assertThat(pauses()).isEmpty();
    }
}
