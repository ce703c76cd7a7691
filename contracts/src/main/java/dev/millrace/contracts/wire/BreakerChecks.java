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

/** The circuit breaker, as anybody sees it from outside. */
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
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.body()).contains("stream is paused");
        assertThat(millrace.history(stream).status()).isEqualTo(200);
        assertThat(millrace.slice(stream, "circuit-breaker").path("paused").booleanValue())
                .isTrue();
    }

    @Test
    void check_58_a_steady_stream_is_left_alone() throws Exception {
        String stream = freshStream();
        ServiceClient.every(
                Duration.ofMillis(20),
                105,
                () -> assertThat(
                                millrace.append(stream, "{\"type\":\"steady\"}").status())
                        .isEqualTo(200));

        assertThat(millrace.types(stream)).doesNotContain("paused").hasSize(106);
    }

    @Test
    void check_59_resumed_restores_appends_after_an_automatic_pause() throws Exception {
        String stream = freshStream();
        burst(stream);
        millrace.awaitHistory(stream, events -> paused(events).isPresent());

        assertThat(millrace.append(stream, BuiltInType.RESUMED, "{}").status()).isEqualTo(200);
        assertThat(millrace.append(stream, "{\"type\":\"again\"}").status()).isEqualTo(200);
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
    void check_61_a_paused_ancestor_still_hears_of_new_children() {
        String parent = freshStream();
        millrace.append(parent, BuiltInType.PAUSED, "{}");

        millrace.append(parent + "/child", "{\"type\":\"first\"}");

        millrace.awaitHistory(
                parent,
                events -> events.stream()
                        .anyMatch(
                                event -> event.at("/payload/childPath").asText().equals(parent + "/child")));
    }

    /** Lets five events through, and one more a minute. */
    static void configure(ServiceClient millrace, String stream) {
        millrace.append(
                stream, ProcessorEvents.CIRCUIT_BREAKER_CONFIGURED, "{\"burstCapacity\":5,\"refillRatePerMinute\":1}");
    }

    /** Single events and a batch. The batch alone is a burst, however slow the machine is. */
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
