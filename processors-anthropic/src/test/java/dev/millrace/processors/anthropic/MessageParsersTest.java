package dev.millrace.processors.anthropic;

import static dev.millrace.contracts.text.HostileTexts.around;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A streamed answer is read in a time that is linear in the lengths of its events and in their number. */
class MessageParsersTest {
    private static final ModelSink IGNORING = new ModelSink() {
        @Override
        public void delta(Delta delta) {}

        @Override
        public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {}

        @Override
        public void end(ModelResult result) {}
    };

    @Test
    void should_read_an_event_in_linear_time() {
        LinearTimeCheck.of("event", text -> new MessageStreamReader(IGNORING).event(text, text))
                .sampled()
                .check(around(
                        "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}",
                        "{\"type\":\"message_start\",\"message\":{\"id\":\"r\",\"usage\":{\"input_tokens\":2}}}",
                        "{\"type\":\"error\",\"error\":{\"type\":\"t\",\"message\":\"m\"}}"));
    }

    @Test
    void should_read_texts_in_an_event_in_linear_time() {
        LinearTimeCheck.of(
                        "texts",
                        text -> read(
                                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','id':"
                                        + json(text) + ",'name':" + json(text) + "}}",
                                "{'type':'content_block_delta','index':0,'delta':{'type':'input_json_delta',"
                                        + "'partial_json':" + json(text) + "}}",
                                "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':"
                                        + json(text) + "}}",
                                "{'type':'message_delta','delta':{'stop_reason':" + json(text) + "}}",
                                "{'type':'message_stop'}"))
                .check(List.of(
                        HostileText.repeated("a"),
                        HostileText.repeated("\""),
                        HostileText.repeated("\ud83d"),
                        HostileText.nested("{\"a\":", "1", "}")));
    }

    /** Every eighth character of the text is two events. */
    @Test
    void should_read_many_events_in_linear_time() {
        LinearTimeCheck.of("deltas", text -> {
                    MessageStreamReader reader = new MessageStreamReader(IGNORING);
                    for (int i = 0; i < text.length() / 8; i++) {
                        String delta = "\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}";
                        reader.event("", "{\"type\":\"content_block_delta\",\"index\":0," + delta);
                        reader.event("", "{\"type\":\"content_block_delta\",\"index\":" + i + "," + delta);
                    }
                    reader.event("", "{\"type\":\"message_stop\"}");
                })
                .check(List.of(HostileText.repeated("a")));
    }

    private static void read(String... events) {
        MessageStreamReader reader = new MessageStreamReader(IGNORING);
        for (String event : events) {
            reader.event("", event.replace('\'', '"'));
        }
    }

    private static String json(String text) {
        return JsonCodec.writeText(JsonCodec.toTree(text));
    }
}
