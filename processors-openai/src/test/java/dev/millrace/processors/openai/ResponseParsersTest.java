package dev.millrace.processors.openai;

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
class ResponseParsersTest {
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
        LinearTimeCheck.of("event", text -> new ResponseStreamReader(IGNORING).event(text, text))
                .sampled()
                .check(around(
                        "{\"type\":\"response.output_text.delta\",\"sequence_number\":5,\"output_index\":1,\"delta\":\"x\"}",
                        "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":{\"input_tokens\":2}}}",
                        "{\"type\":\"error\",\"error\":{\"type\":\"t\",\"code\":\"c\",\"message\":\"m\"}}"));
    }

    @Test
    void should_read_texts_in_an_event_in_linear_time() {
        LinearTimeCheck.of(
                        "texts",
                        text -> read(
                                "{'type':'response.output_text.delta','item_id':" + json(text) + ",'delta':"
                                        + json(text) + "}",
                                "{'type':'response.output_item.done','output_index':7,'item':{'type':'function_call',"
                                        + "'call_id':" + json(text) + ",'name':" + json(text) + ",'arguments':"
                                        + json(text) + "}}",
                                "{'type':'response.incomplete','response':{'incomplete_details':{'reason':" + json(text)
                                        + "}}}"))
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
                    ResponseStreamReader reader = new ResponseStreamReader(IGNORING);
                    for (int i = 0; i < text.length() / 8; i++) {
                        reader.event(
                                "", "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"x\"}");
                        reader.event(
                                "",
                                "{\"type\":\"response.output_text.delta\",\"item_id\":\"" + i + "\",\"delta\":\"x\"}");
                    }
                    reader.event("", "{\"type\":\"response.completed\",\"response\":{}}");
                })
                .check(List.of(HostileText.repeated("a")));
    }

    private static void read(String... events) {
        ResponseStreamReader reader = new ResponseStreamReader(IGNORING);
        for (String event : events) {
            reader.event("", event.replace('\'', '"'));
        }
    }

    private static String json(String text) {
        return JsonCodec.writeText(JsonCodec.toTree(text));
    }
}
