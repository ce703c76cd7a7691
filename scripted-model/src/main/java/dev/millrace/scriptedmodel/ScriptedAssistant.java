package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The demo model: it calls the tools that it is told to call, does sums, greets, and can write one fixed script. */
final class ScriptedAssistant {
    private static final Pattern GREETING =
            Pattern.compile("\\b(hi|hello|hey|good (morning|evening))\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern LESSON = Pattern.compile("\\blearn to count words\\b", Pattern.CASE_INSENSITIVE);
    private static final String WORD_COUNTER = """
            From now on I count the words of what you say.

            ```js
            export default {
              async afterAppend({ append, event }) {
                const { role, content } = event.payload;
                if (event.type === "agent-input-added" && role === "user" && typeof content === "string") {
                  const words = content.split(/\\s+/).filter(Boolean).length;
                  await append({ type: "words-counted", payload: { words, of: event.offset } });
                }
              },
            };
            ```
            """;

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,30}(?:\\.\\d{1,30})?");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|“([^”]*)”");

    /** A tool that a text names, and where. */
    private record Mention(String tool, int start, int end) {}

    private ScriptedAssistant() {}

    static ModelReply reply(ModelRequest request) {
        List<String> results = request.toolResults();
        if (!results.isEmpty()) {
            return ModelReply.text(
                    results.size() == 1
                            ? "The tool says: " + results.get(0)
                            : "The tools say:\n- " + String.join("\n- ", results));
        }
        List<ToolCall> calls = calls(request);
        return calls.isEmpty()
                ? ModelReply.text(answer(request.lastUserText()))
                : ModelReply.calls("", calls.toArray(ToolCall[]::new));
    }

    /** The calls of all offered tools that the newest message names; what follows a name belongs to its call. */
    private static List<ToolCall> calls(ModelRequest request) {
        String text = request.lastUserText();
        List<Mention> mentions = mentions(request.toolNames(), text);
        List<ToolCall> calls = new ArrayList<>();
        for (int i = 0; i < mentions.size(); i++) {
            Mention mention = mentions.get(i);
            int end = i + 1 < mentions.size() ? mentions.get(i + 1).start() : text.length();
            calls.add(new ToolCall(
                    "call_" + (request.callCount() + i + 1),
                    mention.tool(),
                    arguments(request.parameters(mention.tool()), text.substring(mention.end(), end))));
        }
        return calls;
    }

    /** In the order of the text; of two names in one place, the longer one. */
    private static List<Mention> mentions(List<String> tools, String text) {
        List<Mention> all = new ArrayList<>();
        for (String tool : tools) {
            String words = Arrays.stream(tool.split("[_-]+"))
                    .filter(word -> !word.isEmpty())
                    .map(Pattern::quote)
                    .collect(Collectors.joining("[\\s_-]+"));
            Matcher found = Pattern.compile("\\b" + words + "\\b", Pattern.CASE_INSENSITIVE)
                    .matcher(text);
            if (!words.isEmpty() && found.find()) {
                all.add(new Mention(tool, found.start(), found.end()));
            }
        }
        return all.stream()
                .filter(one -> all.stream()
                        .noneMatch(other -> other.start() <= one.start()
                                && other.end() >= one.end()
                                && other.end() - other.start() > one.end() - one.start()))
                .sorted(Comparator.comparingInt(Mention::start))
                .toList();
    }

    private static String arguments(JsonNode schema, String said) {
        int open = said.indexOf('{');
        int close = said.lastIndexOf('}');
        if (open >= 0 && close > open) {
            return said.substring(open, close + 1);
        }
        Matcher numbers = NUMBER.matcher(said);
        Matcher quotes = QUOTED.matcher(said);
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        schema.path("properties")
                .properties()
                .forEach(property ->
                        arguments.set(property.getKey(), argument(property.getValue(), numbers, quotes, said)));
        return JsonCodec.writeText(arguments);
    }

    private static JsonNode argument(JsonNode schema, Matcher numbers, Matcher quotes, String said) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        JsonNode declared = schema.path("type");
        String type = declared.isArray() ? declared.path(0).asText() : declared.asText();
        if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
            String words = said.toLowerCase(Locale.ROOT);
            return schema.path("enum")
                    .valueStream()
                    .filter(value -> words.contains(value.asText().toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElse(schema.path("enum").path(0));
        }
        return switch (type) {
            case "integer" -> json.numberNode(numbers.find() ? new BigDecimal(numbers.group()).longValue() : 0);
            case "number" -> json.numberNode(numbers.find() ? new BigDecimal(numbers.group()) : BigDecimal.ZERO);
            case "boolean" -> json.booleanNode(true);
            case "array" -> json.arrayNode();
            case "object" -> json.objectNode();
            default -> json.textNode(words(numbers, quotes, said));
        };
    }

    /** The next quoted text, or else the next number, or else all that was said. */
    private static String words(Matcher numbers, Matcher quotes, String said) {
        if (quotes.find()) {
            return quotes.group().substring(1, quotes.group().length() - 1);
        }
        return numbers.find()
                ? numbers.group()
                : said.replaceFirst("^[\\s:;,.!?]+", "").strip();
    }

    static String answer(String text) {
        Optional<String> sum = Arithmetic.answer(text);
        if (sum.isPresent()) {
            return sum.get();
        }
        if (text.isBlank()) {
            return "There is nothing to answer yet.";
        }
        if (LESSON.matcher(text).find()) {
            return WORD_COUNTER;
        }
        if (GREETING.matcher(text).find()) {
            return "Hello! I am a scripted model: ask me for a sum, or tell me anything and I will say it back.";
        }
        return "You said: " + text.strip();
    }
}
