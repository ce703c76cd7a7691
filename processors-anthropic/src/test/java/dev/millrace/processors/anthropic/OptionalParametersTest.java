package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionalParametersTest {
    private static final Prompt PROMPT = Prompt.builder().model("m").build();

    /** A body that has everything that can be left out. */
    private static final JsonNode BODY = JsonCodec.parse(("{'max_tokens':16384,'temperature':0.5,'thinking':{'type':"
                    + "'adaptive'},'output_config':{'effort':'low'},'messages':[{'role':'user','content':["
                    + "{'type':'image'},{'type':'document'},{'type':'text','cache_control':{'type':'ephemeral'}}]},"
                    + "{'role':'assistant','content':[{'type':'thinking'},{'type':'text'}]}]}")
            .replace('\'', '"'));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "`temperature` is deprecated for this model. | temperature",
                "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. | temperature",
                "temperature: Extra inputs are not permitted | temperature",
                "This model does not support the effort parameter. | output_config",
                "output_config: Extra inputs are not permitted | output_config",
                "adaptive thinking is not supported on this model | thinking",
                "\"thinking.type.adaptive\" is not supported for this model. Use \"output_config.effort\". | thinking",
                "system.0.cache_control: Extra inputs are not permitted | cache_control",
                "messages.0.content.0.image.cache_control: Extra inputs are not permitted | cache_control",
                "max_tokens: 16384 > 8192, which is the maximum allowed number of output tokens | max_tokens",
                "messages.1.content.0: Invalid `signature` in `thinking` block | thinking-blocks",
                "messages.3.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be"
                        + " modified. | thinking-blocks",
                "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum | input_image",
                "messages.0.content.1.document.source.base64.data: The PDF is not valid | input_file",
                "image input is not supported by this model | input_image"
            })
    void should_find_the_parameter_that_a_refusal_names(String message, String parameter) {
        assertThat(refused(message, BODY, PROMPT)).contains(parameter);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "temperature: Input should be less than or equal to 1",
                "messages: at least one message is required",
                "tools.0.custom.name: String should match pattern",
                "Unsupported model",
                "prompt is too long: 300000 tokens > 200000 maximum"
            })
    void should_find_nothing_in_a_refusal_that_names_nothing_that_can_be_left_out(String message) {
        assertThat(refused(message, BODY, PROMPT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`temperature` is deprecated for this model.",
                "This model does not support the effort parameter.",
                "Invalid `signature` in `thinking` block",
                "image input is not supported by this model",
                "max_tokens: 16384 > 8192"
            })
    void should_not_leave_out_what_the_request_does_not_have(String message) {
        assertThat(refused(message, JsonCodec.parse("{\"messages\":[]}"), PROMPT))
                .isEmpty();
    }

    @Test
    void should_not_change_a_maximum_that_a_user_chose() {
        Prompt chosen = Prompt.builder().model("m").maxOutputTokens(16_384).build();

        assertThat(refused("max_tokens: 16384 > 8192", BODY, chosen)).isEmpty();
    }

    private static Optional<String> refused(String message, JsonNode body, Prompt prompt) {
        return OptionalParameters.refused(new ErrorBody("", "invalid_request_error", message, "", 0), body, prompt);
    }
}
