package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.circuitbreaker.CircuitBreakerProvider;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tokens may configure the circuit breaker, over HTTP. */
@SuppressWarnings("NullAway.Init") // set before each test
class BreakerTokenTest {
    @TempDir
    Path directory;

    private AccessTokens tokens;
    private RunningServer millrace;

    @BeforeEach
    void start() {
        tokens = AccessTokens.in(directory, Timers.system());
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new CircuitBreakerProvider()))
                .start();
        millrace = new RunningServer(engine, builder -> builder.tokens(tokens));
    }

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    private Answer send(String method, String target, String body, Operation... operations) {
        String token = RunningServer.token(tokens, StreamPath.root(), operations);
        return millrace.send(
                method, target, body, "Authorization", "Bearer " + token, "Content-Type", "application/json");
    }

    private int limitOf(String path) {
        return send("GET", stateOf(path), "", Operation.READ)
                .json()
                .at("/processors/circuit-breaker/millrace/config/alternation/count")
                .intValue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "https://events.iterate.com/events/stream/circuit-breaker-configured | {'alternation':{'count':7}}",
                "events.iterate.com/stream/configured | {'config':{'circuitBreaker':{'alternation':{'count':7}}}}",
                "https://events.iterate.com/events/stream/configured | {'config':{'circuitBreaker':{'alternation':{'count':7}}}}"
            })
    void should_configure_the_breaker_with_control_and_not_with_append(String type, String payload) {
        String event = ("{'type':'" + type + "','payload':" + payload + "}").replace('\'', '"');
        send("POST", api("/a"), "{\"type\":\"said\"}", Operation.APPEND);

        assertThat(send("POST", api("/a"), event, Operation.READ, Operation.APPEND)
                        .status())
                .isEqualTo(403);
        assertThat(send("POST", api("/a"), "[{\"type\":\"said\"}," + event + "]", Operation.READ, Operation.APPEND)
                        .status())
                .isEqualTo(403);
        assertThat(limitOf("/a")).isEqualTo(500);

        assertThat(send("POST", api("/a"), event, Operation.APPEND, Operation.CONTROL)
                        .status())
                .isEqualTo(200);
        assertThat(limitOf("/a")).isEqualTo(7);
    }
}
