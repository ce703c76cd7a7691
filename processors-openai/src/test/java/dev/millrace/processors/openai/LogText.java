package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A log as lines of text that two runs of one conversation have in common: without offsets, times, addresses and random
 * names, and with the chunks of an item joined.
 */
final class LogText {
    private static final Set<String> OF_THE_RUN =
            Set.of("launch", "durationMs", "ttftMs", "delayMs", "baseUrl", "requestId", "deadline", "expiresAt");

    private LogText() {}

    /** The lines; the fields {@code without} are left out too. */
    static List<String> of(List<Event> events, String... without) {
        List<String> lines = new ArrayList<>();
        Map<String, String> chunks = new LinkedHashMap<>();
        Map<Long, Integer> requests = new TreeMap<>();
        for (Event event : events) {
            String type = event.type().substring(event.type().lastIndexOf('/') + 1);
            JsonNode payload = event.payloadJson();
            if (type.equals("llm-request-started")) {
                requests.put(event.offset(), requests.size() + 1);
            }
            if (type.equals("llm-chunk-added")) {
                String item = "chunks of request "
                        + requests.get(payload.path("requestId").asLong()) + ", item " + payload.path("outputIndex")
                        + ": " + payload.path("kind").asText();
                chunks.merge(item, payload.path("text").asText(), String::concat);
                continue;
            }
            lines.add(type + " " + text(payload.deepCopy(), Set.of(without)));
        }
        chunks.forEach((item, text) -> lines.add(item + " " + text));
        return sorted(lines);
    }

    /** The events of calls that run at the same time come in any order. */
    private static List<String> sorted(List<String> lines) {
        for (int from = 0; from < lines.size(); from++) {
            int to = from;
            while (to < lines.size() && lines.get(to).startsWith("tool-call-")) {
                to++;
            }
            Collections.sort(lines.subList(from, to));
            from = Math.max(from, to - 1);
        }
        return lines;
    }

    private static String text(JsonNode payload, Set<String> without) {
        strip(payload, without);
        return payload.toString().replaceAll("127\\.0\\.0\\.1:\\d+", "host");
    }

    private static void strip(JsonNode json, Set<String> without) {
        if (json instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (OF_THE_RUN.contains(name) || name.endsWith("Offset") || without.contains(name)) {
                    object.remove(List.of(name));
                }
            }
        }
        json.forEach(part -> strip(part, without));
    }
}
