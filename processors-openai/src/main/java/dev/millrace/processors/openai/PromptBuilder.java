package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.openai.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.openai.AgentState.Entry;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The request body for the model: a pure function of the state of an agent and the defaults of its processor. The
 * service stores nothing between requests, so each request has the whole conversation; new items are added at its end.
 *
 * @param systemPrompt the instructions if the log has none
 * @param config the defaults for values that the log does not set
 */
record PromptBuilder(Optional<String> systemPrompt, LlmConfigUpdated config) {
    static final String DEFAULT_MODEL = "gpt-5-mini";

    /** Models without reasoning refuse {@code include: reasoning.encrypted_content}. */
    private static final Pattern WITHOUT_REASONING = Pattern.compile("(gpt-3|gpt-4|chatgpt-4).*");

    /** The model of the next request. */
    String model(AgentState state) {
        return config.with(state.config()).model().orElse(DEFAULT_MODEL);
    }

    ObjectNode body(AgentState state) {
        LlmConfigUpdated asked = config.with(state.config());
        String model = model(state);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model).put("stream", true).put("store", false);
        body.putObject("stream_options").put("include_obfuscation", false);
        if (!WITHOUT_REASONING.matcher(model).matches()) {
            body.putArray("include").add("reasoning.encrypted_content");
        }
        state.systemPrompt().or(() -> systemPrompt).ifPresent(text -> body.put("instructions", text));
        asked.reasoningEffort().ifPresent(effort -> body.putObject("reasoning").put("effort", effort));
        asked.maxOutputTokens().ifPresent(most -> body.put("max_output_tokens", most));
        asked.temperature().ifPresent(temperature -> body.put("temperature", temperature));
        body.set("input", input(state.transcript(), model));
        return body;
    }

    private static ArrayNode input(List<Entry> transcript, String model) {
        ArrayNode input = JsonNodeFactory.instance.arrayNode();
        int from = 0;
        while (from < transcript.size()) {
            long requestId = transcript.get(from).requestId();
            int to = from + 1;
            while (to < transcript.size() && transcript.get(to).requestId() == requestId) {
                to++;
            }
            if (requestId == 0) {
                transcript.subList(from, to).forEach(entry -> input.add(InputMessage.of(entry.item())));
            } else {
                HistoryItems.replay(transcript.subList(from, to), model).forEach(input::add);
            }
            from = to;
        }
        return input;
    }

    static JsonNode without(JsonNode item, String... fields) {
        ObjectNode copy = item.deepCopy();
        copy.remove(List.of(fields));
        return copy;
    }
}
