package dev.millrace.processors.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.Provenance;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two streams that answer each other without end, until the breaker pauses them. */
@SuppressWarnings("FutureReturnValueIgnored")
class LoopTest {
    @EventName("ball-hit")
    record BallHit(int count) {}

    record Player(String opponent) implements Processor<Integer> {
        @Override
        public String slug() {
            return "player";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(BallHit.class);
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer hits, Event event) {
            return event.payload() instanceof BallHit ? hits + 1 : hits;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer hits, Event event, Effects<Integer> effects) {
            return event.payload() instanceof BallHit ball
                    ? Effects.done(effects.append(
                            EventDraft.of(new BallHit(ball.count() + 1)).to(opponent)))
                    : Effects.none();
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final StreamPath PING = StreamPath.of("/ping");
    private static final StreamPath PONG = StreamPath.of("/pong");
    private static final StreamPath OTHER = StreamPath.of("/other");

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void should_pause_a_loop_between_streams_and_let_everything_else_work(int commitMillis) throws Exception {
        EventStore store = new SlowStore(new InMemoryEventStore(), Duration.ofMillis(commitMillis));
        try (StreamEngine engine = StreamEngine.builder(store)
                .processors(List.of(new CircuitBreakerProvider()))
                .start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            try (var ping = ProcessorRunner.builder(streams, new Player("../pong")).stream(PING)
                            .start();
                    var pong = ProcessorRunner.builder(streams, new Player("../ping")).stream(PONG)
                            .start()) {
                ping.awaitCaughtUp(LIMIT);
                pong.awaitCaughtUp(LIMIT);
                append(streams, PING, new BallHit(1));

                Awaitility.await().atMost(LIMIT).until(() -> isPaused(streams, PING) || isPaused(streams, PONG));
                assertThat(get(append(streams, OTHER, new BallHit(0))).offset()).isEqualTo(2);
                assertThat(longestChain(streams)).isEqualTo(65);

                resume(streams, PING);
                resume(streams, PONG);
                get(append(streams, PING, new StreamEvent.ErrorOccurred("from outside")));
                get(append(streams, PONG, new StreamEvent.ErrorOccurred("from outside")));
                ping.awaitIdle(LIMIT);
                pong.awaitIdle(LIMIT);
                assertThat(isPaused(streams, PING)).isFalse();
                assertThat(isPaused(streams, PONG)).isFalse();
            }
        }
    }

    private static CompletableFuture<dev.millrace.core.AppendResult> append(
            EventStreams streams, StreamPath path, Object payload) {
        return streams.append(path, EventInput.of(payload));
    }

    private static void resume(EventStreams streams, StreamPath path) throws Exception {
        get(append(streams, path, new StreamEvent.Resumed(Optional.of("a person looked at it"))));
    }

    private static boolean isPaused(EventStreams streams, StreamPath path) throws Exception {
        return get(streams.state(path))
                .processors()
                .getOrDefault("circuit-breaker", com.fasterxml.jackson.databind.node.NullNode.instance)
                .path("paused")
                .asBoolean();
    }

    private static int longestChain(EventStreams streams) throws Exception {
        int longest = 0;
        for (StreamPath path : List.of(PING, PONG)) {
            for (Event event : get(streams.read(path, ReadRange.all()))) {
                longest = Math.max(
                        longest, event.provenance().map(Provenance::hops).orElse(0));
            }
        }
        return longest;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
