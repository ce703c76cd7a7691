package dev.millrace.examples.pingpong;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.circuitbreaker.CircuitBreakerProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Two streams hit a ball to each other until the circuit breaker pauses one of them; prints its reason. */
public final class PingPong {
    private PingPong() {}

    public static void main(String... none) throws Exception {
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new CircuitBreakerProvider()))
                .start()) {
            System.out.println(play(engine.streams(ProjectSlug.defaultProject())));
        }
    }

    /** Plays until one of the streams is paused, and returns the reason. */
    static String play(EventStreams streams) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        try (var ping = ProcessorRunner.builder(streams, new Player("../pong")).stream("/table/ping")
                        .effectsFrom(EffectStartPolicy.LIVE) // the game ends with this process
                        .start();
                var pong = ProcessorRunner.builder(streams, new Player("../ping")).stream("/table/pong")
                        .effectsFrom(EffectStartPolicy.LIVE)
                        .start();
                var one = streams.subscribe(StreamPath.of("/table/ping"), 0, new PauseWatcher(end));
                var two = streams.subscribe(StreamPath.of("/table/pong"), 0, new PauseWatcher(end))) {
            ping.awaitCaughtUp(Duration.ofSeconds(5));
            pong.awaitCaughtUp(Duration.ofSeconds(5));
            streams.append("/table/ping", new Player.BallHit(1)).join();
            return end.get(10, TimeUnit.SECONDS) + " after " + (ping.state() + pong.state()) + " hits";
        }
    }

    private record PauseWatcher(CompletableFuture<String> paused) implements Subscriber {
        @Override
        public void onEvent(Event event) {
            Object payload = event.decodedBy(dev.millrace.core.EventCatalog.of(StreamEvent.class))
                    .payload();
            if (payload instanceof StreamEvent.Paused pause) {
                paused.complete(event.path() + " was paused: " + pause.reason().orElse("no reason"));
            }
        }
    }
}
