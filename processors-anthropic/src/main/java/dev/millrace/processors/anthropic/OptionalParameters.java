package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parameters, and the kinds of content, that a request can lack. Models differ in what they accept, and no list
 * says which does; so a refusal that names one teaches it. Errors of this service have no field for the parameter: its
 * name is in the message.
 */
final class OptionalParameters {
    static final String TEMPERATURE = "temperature";
    static final String THINKING = "thinking";
    static final String OUTPUT_CONFIG = "output_config";
    static final String CACHE_CONTROL = "cache_control";

    /** Without it, a request asks for fewer tokens; the service requires a number. */
    static final String MAX_TOKENS = "max_tokens";

    /**
     * Thinking of earlier responses. Some models refuse it if anything before it has changed, also the system prompt.
     */
    static final String THINKING_BLOCKS = "thinking-blocks";

    /** In this order: a refusal of the temperature can mention thinking, and one of thinking can mention the effort. */
    private static final Map<String, Pattern> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put(TEMPERATURE, Pattern.compile("\\btemperature\\b"));
        WORDS.put(CACHE_CONTROL, Pattern.compile("\\bcache_control\\b"));
        WORDS.put(THINKING, Pattern.compile("\\bthinking\\b"));
        WORDS.put(OUTPUT_CONFIG, Pattern.compile("\\boutput_config\\b|\\beffort\\b"));
    }

    /** Words of a message that says that a parameter is not known, and not only that its value is wrong. */
    private static final Pattern UNKNOWN = Pattern.compile("not support|unsupported|unknown|unrecognized|unexpected"
            + "|not permitted|not allowed|extra input|extra field|deprecated|may only be set|not available");

    private static final Pattern REFUSED_THINKING = Pattern.compile("\\bsignature\\b|thinking`? blocks?\\b");
    private static final Pattern TOO_MANY_TOKENS =
            Pattern.compile("max_tokens`?: \\d+ > \\d+|max_tokens.*(too large|too high|exceed|maximum)");
    private static final Pattern ATTACHMENT = Pattern.compile("messages\\.\\d+\\.content\\.\\d+\\.(image|document)\\b");

    private static final Pattern TOOL = Pattern.compile("\\btools\\.(\\d{1,4})\\b");

    private OptionalParameters() {}

    /** The parameter of {@code body} that an error is about; empty if it names none that can be left out. */
    static Optional<String> refused(ErrorBody error, JsonNode body, Prompt prompt) {
        String message = error.message().toLowerCase(Locale.ROOT);
        if (REFUSED_THINKING.matcher(message).find() && hasThinking(body)) {
            return Optional.of(THINKING_BLOCKS);
        }
        boolean isUnknown = UNKNOWN.matcher(message).find();
        Optional<String> parameter = isUnknown ? parameter(message, body) : Optional.empty();
        if (parameter.isPresent()) {
            return parameter;
        }
        boolean usesDefault =
                prompt.maxOutputTokens().isEmpty() && body.path(MAX_TOKENS).intValue() > RequestBody.FEWER_TOKENS;
        if (usesDefault && TOO_MANY_TOKENS.matcher(message).find()) {
            return Optional.of(MAX_TOKENS);
        }
        return attachment(message, isUnknown)
                .filter(type -> hasBlock(body, type))
                .map(type -> type.equals("image") ? Attachments.IMAGE : Attachments.FILE)
                .or(() -> tool(message, body, prompt));
    }

    /**
     * The tool that a message is about, for example because the name of an argument has other characters than {@code
     * a-zA-Z0-9_.-}. One that the service cannot take would refuse all later requests too.
     */
    private static Optional<String> tool(String message, JsonNode body, Prompt prompt) {
        Matcher place = TOOL.matcher(message);
        if (!place.find()) {
            return Optional.empty();
        }
        JsonNode refused = body.path("tools").path(Integer.parseInt(place.group(1)));
        return prompt.tools().stream()
                .filter(tool -> tool.name().equals(refused.path("name").asText()))
                .map(ToolDefinition::refusalName)
                .findFirst();
    }

    private static Optional<String> parameter(String message, JsonNode body) {
        boolean isMarked = body.findValue(CACHE_CONTROL) != null;
        return WORDS.entrySet().stream()
                .filter(word -> word.getValue().matcher(message).find())
                .map(Map.Entry::getKey)
                .filter(name -> name.equals(CACHE_CONTROL) ? isMarked : body.has(name))
                .findFirst();
    }

    /** The type of the block that a message is about. One bad attachment would refuse all later requests too. */
    private static Optional<String> attachment(String message, boolean isUnknown) {
        Matcher path = ATTACHMENT.matcher(message);
        if (path.find()) {
            return Optional.of(path.group(1));
        }
        if (isUnknown && message.contains("image")) {
            return Optional.of("image");
        }
        return isUnknown && (message.contains("document") || message.contains("pdf"))
                ? Optional.of("document")
                : Optional.empty();
    }

    private static boolean hasBlock(JsonNode body, String type) {
        for (JsonNode message : body.path("messages")) {
            for (JsonNode block : message.path("content")) {
                if (block.path("type").asText().equals(type)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasThinking(JsonNode body) {
        return hasBlock(body, "thinking") || hasBlock(body, "redacted_thinking");
    }

    /** Removes the parameters that the service refused before. */
    static void leaveOut(ObjectNode body, Iterable<String> unsupported) {
        for (String parameter : unsupported) {
            if (!parameter.equals(MAX_TOKENS) && WORDS.containsKey(parameter)) {
                body.remove(parameter);
            }
        }
    }
}
