package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentPayloadsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'model':' '} | payload.model: expected the id of a model",
                "{'maxOutputTokens':0} | payload.maxOutputTokens: expected 1 or more, got 0",
                "{'temperature':-1} | payload.temperature: expected 0 or more, got -1",
                "{'wire':'smoke'} | payload.wire: expected one of [responses, chat, messages, external], got 'smoke'"
            })
    void should_refuse_a_configuration_that_no_model_has(String payload, String problem) {
        assertThat(problems(LlmConfigUpdated.class, payload))
                .singleElement()
                .asString()
                .startsWith(problem);
    }

    @Test
    void should_accept_a_configuration() {
        assertThat(problems(LlmConfigUpdated.class, "{'model':'m','maxOutputTokens':1,'temperature':0,'wire':'chat'}"))
                .isEmpty();
    }

    @Test
    void should_write_an_input_with_its_own_fields_only() {
        assertThat(JsonCodec.writeText(InputAdded.user("hi"))).isEqualTo("{\"role\":\"user\",\"content\":\"hi\"}");
    }

    @Test
    void should_provide_each_event_of_the_agent() {
        assertThat(new AgentProvider().events())
                .extracting(event -> EventCatalog.nameOf(event.payload()))
                .containsExactlyInAnyOrderElementsOf(AgentEvent.catalog().types());
    }

    private static <T> List<String> problems(Class<T> type, String payload) {
        return new AgentProvider()
                .events().stream()
                        .filter(event -> event.payload() == type)
                        .map(event -> (ProvidedEvent<?>) event)
                        .findFirst()
                        .orElseThrow()
                        .problems(JsonCodec.parse(payload.replace('\'', '"')), PayloadCheck.NONE);
    }
}
