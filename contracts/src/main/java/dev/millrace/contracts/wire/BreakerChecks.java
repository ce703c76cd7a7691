package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Checks of the circuit breaker, over HTTP.
 *
 * @since 0.1
 */
public abstract class BreakerChecks extends WireChecks {
    @Test
    void check_57_a_burst_pauses_the_stream_and_says_why() throws Exception {
        String stream = freshStream();
        burst(stream);

        List<JsonNode> history =
                millrace.awaitHistory(stream, events -> paused(events).isPresent());
        JsonNode paused = paused(history).orElseThrow();
        assertThat(paused.at("/payload/reason").textValue())
                .isEqualTo("circuit breaker tripped: 100 events in under 1 second");
        assertThat(paused.at("/metadata/circuitBreaker/rule").textValue()).isEqualTo("window");
        Answer refused = millrace.append(stream, "{\"type\":\"more\"}");
        refused.expect(412);
        assertThat(refused.body()).contains("stream is paused");
        millrace.history(stream).expect(200);
        assertThat(millrace.slice(stream, "circuit-breaker").path("paused").booleanValue())
                .isTrue();
    }

    @Test
    void check_58_a_steady_stream_is_not_paused() throws Exception {
        String stream = freshStream();
        ServiceClient.every(
                Duration.ofMillis(20),
                105,
                () -> millrace.append(stream, "{\"type\":\"steady\"}").expect(200));

        assertThat(millrace.types(stream)).doesNotContain("paused").hasSize(106);
    }

    @Test
    void check_59_resumed_restores_appends_after_an_automatic_pause() throws Exception {
        String stream = freshStream();
        burst(stream);
        millrace.awaitHistory(stream, events -> paused(events).isPresent());

        millrace.append(stream, BuiltInType.RESUMED, "{}").expect(200);
        millrace.append(stream, "{\"type\":\"again\"}").expect(200);
    }

    @Test
    void check_60_the_breaker_is_configured_by_event() {
        String stream = freshStream();
        configure(millrace, stream);
        for (int i = 0; i < 6; i++) {
            millrace.append(stream, "{\"type\":\"quick\"}");
        }

        List<JsonNode> history =
                millrace.awaitHistory(stream, events -> paused(events).isPresent());
        assertThat(paused(history).orElseThrow().at("/payload/reason").textValue())
                .isEqualTo("circuit breaker tripped: burst rate limit exceeded");
    }

    @Test
    void check_61_a_paused_ancestor_still_records_new_children() {
        String parent = freshStream();
        millrace.append(parent, BuiltInType.PAUSED, "{}");

        millrace.append(parent + "/child", "{\"type\":\"first\"}");

        millrace.awaitHistory(
                parent,
                events -> events.stream()
                        .anyMatch(
                                event -> event.at("/payload/childPath").asText().equals(parent + "/child")));
    }

    /** Allows a burst of five events, then one event a minute. */
    static void configure(ServiceClient millrace, String stream) {
        millrace.append(
                stream, ProcessorEvents.CIRCUIT_BREAKER_CONFIGURED, "{\"burstCapacity\":5,\"refillRatePerMinute\":1}");
    }

    /** Appends single events and a batch. The batch alone trips the breaker, even on a slow machine. */
    private void burst(String stream) throws Exception {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(millrace.appendLater(stream, "{\"type\":\"burst\"}"));
        }
        answers.add(millrace.appendLater(stream, "[" + "{\"type\":\"burst\"},".repeat(99) + "{\"type\":\"burst\"}]"));
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    }

    static Optional<JsonNode> paused(List<JsonNode> events) {
        return events.stream()
                .filter(event -> BuiltInType.PAUSED.matches(event.path("type").textValue()))
                .findFirst();
    }
}
