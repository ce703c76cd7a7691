package dev.millrace.examples.pingpong;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.circuitbreaker.CircuitBreakerProvider;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class PingPongTest {
    @Test
    void should_be_stopped_by_the_circuit_breaker() throws Exception {
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new CircuitBreakerProvider()))
                .start()) {
            assertThat(PingPong.play(engine.streams(ProjectSlug.defaultProject())))
                    .contains("was paused: circuit breaker tripped");
        }
    }
}
