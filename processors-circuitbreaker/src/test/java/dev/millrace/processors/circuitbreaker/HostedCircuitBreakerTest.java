package dev.millrace.processors.circuitbreaker;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
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
        assertThat(state().path("tripped").isNull()).isTrue();

        burst(1);
        await().atMost(BOUND).until(() -> pauses().size() == 2);
    }

    @Test
    void should_leave_a_calm_stream_alone_and_show_its_window() throws Exception {
        for (int i = 0; i < 105; i++) {
            get(streams.append(PATH, NOTE));
            time.advanceWhen(engine::isIdle, Duration.ofMillis(20));
        }

        JsonNode state = state();
        assertThat(state.path("recentEventTimestamps").size()).isEqualTo(100);
        assertThat(state.path("tripped").isNull()).isTrue();
        assertThat(pauses()).isEmpty();
    }
}
