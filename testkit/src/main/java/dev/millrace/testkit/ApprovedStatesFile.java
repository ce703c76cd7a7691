package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.yaml.YamlLogWriter;
import dev.millrace.testkit.internal.yaml.YamlToJsonParser;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.yaml.snakeyaml.events.Event;

/** A YAML file with approved states: one document for each offset where the state changed. */
final class ApprovedStatesFile {
    /** The system property that makes a test write the file. */
    static final String SWITCH = "millrace.approve";

    private static final int MOST_LINES = 40;
    private static final int MOST_TEXT = 4000;

    private final Path file;
    private final StateTimeline<?> timeline;

    ApprovedStatesFile(Path file, StateTimeline<?> timeline) {
        this.file = file.toAbsolutePath();
        this.timeline = timeline;
    }

    /** The file with this name in {@code src/test/resources} of the tested module. */
    static Path resource(String name) {
        Path resources = Path.of(System.getProperty("basedir", ""), "src", "test", "resources")
                .toAbsolutePath()
                .normalize();
        Path file = resources.resolve(name).normalize();
        if (!file.startsWith(resources) || file.equals(resources)) {
            throw new IllegalArgumentException("not the name of a file below " + resources + ": '" + name + "'");
        }
        return file;
    }

    void write() {
        try {
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, text(states()));
        } catch (IOException e) {
            throw new UncheckedIOException("states cannot be written: " + file + "; " + e.getMessage(), e);
        }
    }

    /** The differences and what to do, or empty if there are none. */
    Optional<String> problem() {
        NavigableMap<Long, ObjectNode> actual = states();
        if (!Files.isRegularFile(file)) {
            String text = text(actual);
            return Optional.of("Nothing is approved yet for " + timeline + ": " + file + " is missing; to approve these"
                    + " states, " + approvalHint() + "\n"
                    + (text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "…" : text));
        }
        List<String> lines = differences(read(), actual);
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String more = lines.size() > MOST_LINES ? "\n  and " + (lines.size() - MOST_LINES) + " more" : "";
        return Optional.of(timeline.toString().replaceFirst("^s", "S") + " are not as approved in " + file + ":\n  "
                + String.join("\n  ", lines.subList(0, Math.min(lines.size(), MOST_LINES))) + more
                + "\nif this is intended, " + approvalHint());
    }

    private static String approvalHint() {
        return "run the test once with -D" + SWITCH + "=true, and read the changed file before you commit it";
    }

    private static List<String> differences(
            NavigableMap<Long, ObjectNode> approved, NavigableMap<Long, ObjectNode> actual) {
        TreeSet<Long> offsets = new TreeSet<>(approved.keySet());
        offsets.addAll(actual.keySet());
        List<String> lines = new ArrayList<>();
        for (long offset : offsets) {
            String at = "at " + offset + describe(actual.containsKey(offset) ? actual : approved, offset);
            for (JsonDifference difference : JsonDifference.all(stateAt(approved, offset), stateAt(actual, offset))) {
                lines.add(at + ", " + difference.path() + ": approved " + difference.left() + " but was "
                        + difference.right());
            }
            String approvedType = describe(approved, offset);
            if (approved.containsKey(offset) && actual.containsKey(offset) && !at.endsWith(approvedType)) {
                lines.add(at + ": approved after" + approvedType + "; this is another log");
            }
        }
        return lines;
    }

    private static String describe(NavigableMap<Long, ObjectNode> states, long offset) {
        ObjectNode document = states.get(offset);
        return document == null || !document.has("event")
                ? ""
                : " (" + document.path("event").asText() + ")";
    }

    /** The state at an offset: that of the last document up to it. */
    private static JsonNode stateAt(NavigableMap<Long, ObjectNode> states, long offset) {
        Map.Entry<Long, ObjectNode> last = states.floorEntry(offset);
        return last == null
                ? JsonNodeFactory.instance.nullNode()
                : last.getValue().path("state");
    }

    private NavigableMap<Long, ObjectNode> states() {
        NavigableMap<Long, ObjectNode> states = new TreeMap<>();
        JsonNode before = timeline.json(0);
        states.put(0L, JsonNodeFactory.instance.objectNode().put("offset", 0).set("state", before));
        for (int i = 0; i < timeline.events().size(); i++) {
            dev.millrace.core.Event event = timeline.events().get(i);
            JsonNode after = timeline.json(i + 1);
            if (JsonDifference.between(before, after).isPresent()) {
                ObjectNode document = JsonNodeFactory.instance.objectNode();
                document.put("offset", event.offset())
                        .put("event", event.type())
                        .set("state", after);
                states.put(event.offset(), document);
            }
            before = after;
        }
        return states;
    }

    private String text(NavigableMap<Long, ObjectNode> states) {
        StringBuilder text = new StringBuilder(
                "# States of '" + timeline.slug() + "', each where it changed; approved with -D" + SWITCH + "=true.\n");
        states.values().forEach(document -> text.append("---\n").append(YamlLogWriter.write(document)));
        return text.toString();
    }

    private NavigableMap<Long, ObjectNode> read() {
        NavigableMap<Long, ObjectNode> states = new TreeMap<>();
        YamlToJsonParser source = new YamlToJsonParser(file.toString(), new StringReader(content()));
        for (Event event = source.next(); !event.is(Event.ID.StreamEnd); event = source.next()) {
            if (event.is(Event.ID.MappingStart)) {
                JsonNode document = source.value(event);
                if (!document.path("offset").isIntegralNumber() || !document.has("state")) {
                    throw source.error(event, "expected 'offset' and 'state'; " + approvalHint());
                }
                states.put(document.path("offset").longValue(), (ObjectNode) document);
            }
        }
        return states;
    }

    private String content() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("approved states cannot be read: " + file + "; " + e.getMessage(), e);
        }
    }
}
