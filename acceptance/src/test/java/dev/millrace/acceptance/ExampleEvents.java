package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The examples of the pages of the event types, in every spelling of their types. */
final class ExampleEvents {
    private static final Path PAGES = Path.of("..", "docs", "events");
    private static final Pattern JSON = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL);
    private static final Map<String, JsonNode> BY_TYPE = read();

    private ExampleEvents() {}

    private static Map<String, JsonNode> read() {
        Map<String, JsonNode> examples = new HashMap<>();
        try (Stream<Path> pages = Files.list(PAGES)) {
            for (Path page : pages.toList()) {
                Matcher example = JSON.matcher(Files.readString(page));
                if (example.find()) {
                    JsonNode event = JsonCodec.parse(example.group(1));
                    examples.putIfAbsent(event.path("type").asText(), event);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return examples;
    }

    /** The types that have a page, sorted. */
    static List<String> types() {
        return BY_TYPE.keySet().stream().sorted().toList();
    }

    /** An example of each type that needs this operation, in each spelling; only of some types if there are any. */
    static List<String> of(TokenArena arena, Operation operation, EventType... only) {
        List<String> spellings = arena.engine.knownEvents().spellings(operation).stream()
                .filter(type -> only.length == 0 || Stream.of(only).anyMatch(wanted -> wanted.matches(type)))
                .sorted()
                .toList();
        return spellings.stream().map(type -> example(arena, type)).toList();
    }

    private static String example(TokenArena arena, String type) {
        EventType known = BuiltInType.of(type)
                .map(BuiltInType::eventType)
                .or(() -> arena.engine.knownEvents().registrations().stream()
                        .<EventType>map(one -> one.event().type())
                        .filter(provided -> provided.matches(type))
                        .findFirst())
                .orElseThrow();
        ObjectNode event = BY_TYPE.entrySet().stream()
                .filter(example -> known.matches(example.getKey()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no page in " + PAGES + " has an example of " + type))
                .getValue()
                .deepCopy();
        event.remove(List.of("offset", "createdAt", "streamPath", "idempotencyKey", "metadata"));
        return JsonCodec.writeText(event.put("type", type));
    }
}
