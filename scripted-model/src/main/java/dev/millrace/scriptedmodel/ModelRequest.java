package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A request {@code POST /v1/responses}, {@code POST /v1/chat/completions} or {@code POST /v1/messages}, as the server
 * received it. Immutable if the body is not modified.
 *
 * @param path the path of the URL, for example {@code /v1/responses}
 * @param headers the first value of each header, names in lower case
 * @param body the JSON body; do not modify it
 * @since 0.1
 */
public record ModelRequest(String path, Map<String, String> headers, JsonNode body) {
    static final String RESPONSES = "/v1/responses";
    static final String CHAT = "/v1/chat/completions";
    static final String MESSAGES = "/v1/messages";

    /** Copies the headers. */
    public ModelRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * A request whose path follows from its content: {@code /v1/messages} if there is the header {@code
     * anthropic-version}, {@code /v1/chat/completions} if the body has {@code messages}, else {@code /v1/responses}.
     */
    public ModelRequest(Map<String, String> headers, JsonNode body) {
        this(
                headers.containsKey("anthropic-version") ? MESSAGES : body.has("messages") ? CHAT : RESPONSES,
                headers,
                body);
    }

    /** The requested model; empty if the request names none. */
    public String model() {
        return body.path("model").asText();
    }

    /** Whether this is a request for a chat completion. */
    public boolean isChat() {
        return path.equals(CHAT);
    }

    /** Whether this is a request to {@code /v1/messages}, the API of Anthropic. */
    public boolean isAnthropic() {
        return path.equals(MESSAGES);
    }

    /**
     * The texts of all messages with this role, oldest first. An {@code input} that is plain text is one user message.
     * In a request to {@code /v1/messages}, {@code system} is one message of that role, and user messages that have
     * only tool results are left out.
     */
    public List<String> texts(String role) {
        JsonNode input = path.equals(RESPONSES) ? body.path("input") : body.path("messages");
        List<String> texts = new ArrayList<>();
        if (isAnthropic() && role.equals("system") && body.hasNonNull("system")) {
            texts.add(text(body.path("system")));
        }
        if (input.isTextual() && role.equals("user")) {
            texts.add(input.textValue());
        }
        if (input.isArray()) {
            for (JsonNode item : input) {
                if (item.path("role").asText().equals(role) && !hasOnlyToolResults(item)) {
                    texts.add(text(item.path("content")));
                }
            }
        }
        return List.copyOf(texts);
    }

    /** The text of the newest user message; empty if there is none. */
    public String lastUserText() {
        List<String> texts = texts("user");
        return texts.isEmpty() ? "" : texts.get(texts.size() - 1);
    }

    /** The names of the tools that the model may call, in the order of the request. */
    public List<String> toolNames() {
        return tools().map(tool -> tool.path("name").asText(""))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /**
     * The texts of the results of tools with which the conversation ends, oldest first; empty if it ends with a message.
     */
    public List<String> toolResults() {
        List<String> results = new ArrayList<>();
        JsonNode items = path.equals(RESPONSES) ? body.path("input") : body.path("messages");
        for (int i = items.size() - 1; i >= 0; i--) {
            List<String> found = results(items.path(i));
            if (found.isEmpty()) {
                break;
            }
            results.addAll(0, found);
        }
        return List.copyOf(results);
    }

    /** The results of tools in this item or message; empty if it has anything else. */
    private List<String> results(JsonNode item) {
        if (path.equals(RESPONSES)) {
            return item.path("type").asText().endsWith("_call_output") ? List.of(text(item.path("output"))) : List.of();
        }
        if (isChat()) {
            return item.path("role").asText().equals("tool") ? List.of(text(item.path("content"))) : List.of();
        }
        return hasOnlyToolResults(item)
                ? item.path("content")
                        .valueStream()
                        .map(block -> text(block.path("content")))
                        .toList()
                : List.of();
    }

    /** The schema of the arguments of this tool; missing if the request does not offer it. */
    JsonNode parameters(String tool) {
        String field = isAnthropic() ? "input_schema" : "parameters";
        return tools().filter(offered -> offered.path("name").asText("").equals(tool))
                .map(offered -> offered.path(field))
                .findFirst()
                .orElseGet(MissingNode::getInstance);
    }

    /** The number of tool calls in the conversation. */
    int callCount() {
        return switch (path) {
            case CHAT ->
                body.path("messages")
                        .valueStream()
                        .mapToInt(message -> message.path("tool_calls").size())
                        .sum();
            case MESSAGES ->
                (int) body.path("messages")
                        .valueStream()
                        .flatMap(message -> message.path("content").valueStream())
                        .filter(block -> block.path("type").asText().equals("tool_use"))
                        .count();
            default ->
                (int) body.path("input")
                        .valueStream()
                        .filter(item -> item.path("type").asText().endsWith("_call"))
                        .count();
        };
    }

    private Stream<JsonNode> tools() {
        return body.path("tools").valueStream().map(tool -> isChat() ? tool.path("function") : tool);
    }

    /**
     * The error message with which a strict provider would refuse this request; empty if it would not. The same as
     * {@code problem(ProviderDialect.OPENAI)}.
     */
    public Optional<String> problem() {
        return problem(ProviderDialect.OPENAI);
    }

    /** The error message with which a strict server of this kind would refuse this request; empty if it would not. */
    public Optional<String> problem(ProviderDialect dialect) {
        return refusal(dialect).map(RequestRefusal::message);
    }

    Optional<RequestRefusal> refusal(ProviderDialect dialect) {
        try {
            if (isAnthropic()) {
                AnthropicRequestValidator.check(headers, body);
            } else if (isChat()) {
                ChatRequestValidator.check(body, dialect);
            } else {
                ResponsesRequestValidator.check(body, dialect);
            }
            return Optional.empty();
        } catch (RequestRefusal refusal) {
            return Optional.of(refusal);
        }
    }

    private boolean hasOnlyToolResults(JsonNode message) {
        JsonNode content = message.path("content");
        return isAnthropic()
                && content.isArray()
                && !content.isEmpty()
                && content.valueStream()
                        .allMatch(block -> block.path("type").asText().equals("tool_result"));
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode part : content) {
            if (part.path("text").isTextual()) {
                parts.add(part.path("text").textValue());
            }
        }
        return String.join("\n", parts);
    }
}
