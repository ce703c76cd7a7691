package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Checks of JSONata transformers, over HTTP.
 *
 * @since 0.1
 */
public abstract class TransformerChecks extends WireChecks {
    private static final Duration QUIET = Duration.ofMillis(500);

    @Test
    void check_71_a_webhook_body_is_transformed_into_an_event() {
        String stream = freshStream();
        configure(
                stream,
                "slack",
                "payload.rawInput.command = '/ask'",
                "{'type':'slack-asked','payload':{'text':payload.rawInput.text},'metadata':{'user':payload.rawInput.user_id}}");
        Answer raw = millrace.append(stream, "{\"command\":\"/ask\",\"text\":\"why?\",\"user_id\":\"U1\"}");
        assertThat(raw.number("/event/offset")).isEqualTo(3);

        JsonNode derived =
                millrace.awaitHistory(stream, events -> events.size() == 4).get(3);
        assertThat(derived.path("type").textValue()).isEqualTo("slack-asked");
        assertThat(derived.path("payload")).isEqualTo(JsonCodec.parse("{\"text\":\"why?\"}"));
        assertThat(derived.at("/metadata/user").textValue()).isEqualTo("U1");
        assertThat(derived.at("/metadata/millrace/source/offset").intValue()).isEqualTo(3);
    }

    @Test
    void check_72_transformers_chain_and_derive_once() {
        String stream = freshStream();
        configure(stream, "a", "type = 'source'", "{'type':'mid','payload':payload}");
        configure(stream, "b", "type = 'mid'", "{'type':'final','payload':payload}");
        millrace.append(stream, "{\"type\":\"source\",\"payload\":{\"n\":1}}");

        millrace.awaitTypes(
                stream,
                QUIET,
                "initialized",
                "jsonata-transformer-configured",
                "jsonata-transformer-configured",
                "source",
                "mid",
                "final");
    }

    @Test
    void check_73_a_failing_transformer_reports_an_error_and_does_not_affect_others() {
        String stream = freshStream();
        configure(stream, "broken", "type = 'source'", "$number('x')");
        configure(stream, "fine", "type = 'source'", "{'type':'derived'}");
        millrace.append(stream, "{\"type\":\"source\"}").expect(200);

        millrace.awaitHistory(
                stream,
                events -> events.stream()
                                .anyMatch(event -> event.path("type").asText().equals("derived"))
                        && events.stream()
                                .anyMatch(event -> BuiltInType.ERROR_OCCURRED.matches(
                                        event.path("type").asText())));
    }

    @Test
    void check_74_an_expression_that_does_not_parse_is_kept_as_invalid_event() {
        Answer kept = configure(freshStream(), "bad", "type = ", "{}");

        assertThat(BuiltInType.INVALID_EVENT_APPENDED.matches(kept.text("/event/type")))
                .isTrue();
        assertThat(kept.text("/event/payload/error")).contains("matcher");
    }

    @Test
    void check_75_a_transformer_that_matches_everything_ends_in_a_pause() {
        String stream = freshStream();
        configure(stream, "loop", "true", "{'type':'again'}");

        millrace.awaitHistory(
                stream,
                events -> events.stream()
                        .anyMatch(event ->
                                BuiltInType.PAUSED.matches(event.path("type").asText())));
        millrace.append(freshStream(), "{\"type\":\"elsewhere\"}").expect(200);
    }

    private Answer configure(String stream, String slug, String matcher, String transform) {
        return millrace.append(
                stream,
                ProcessorEvents.JSONATA_TRANSFORMER_CONFIGURED,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("slug", slug)
                        .put("matcher", matcher)
                        .put("transform", transform)
                        .toString());
    }
}
