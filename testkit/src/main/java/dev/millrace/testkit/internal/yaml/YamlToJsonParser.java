package dev.millrace.testkit.internal.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.testkit.log.MalformedLogException;
import java.io.Reader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;

/**
 * A reader of YAML as JSON, based on parser events, which still know what was quoted. It reports everything that JSON
 * does not have, or that YAML readers interpret differently, with its place.
 */
public final class YamlToJsonParser {
    private static final int MAX_DEPTH = 256;

    private final String name;
    private final Parser parser;
    private int line = 1;
    private boolean lastKeyQuoted;

    /** Reads the text lazily, and keeps only the current value in memory. */
    public YamlToJsonParser(String name, Reader text) {
        this.name = name;
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        this.parser = new ParserImpl(new LogStreamReader(name, new LogCharReader(name, text)), options);
    }

    public Event next() {
        Event event = parsed(parser::getEvent);
        line = event.getEndMark().getLine() + 1;
        refuseForeign(event);
        return event;
    }

    public boolean at(Event.ID kind) {
        return parsed(() -> parser.checkEvent(kind));
    }

    private <T> T parsed(Supplier<T> step) {
        try {
            return step.get();
        } catch (MarkedYAMLException e) {
            throw notYaml(e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) { // thrown for a broken escape
            throw new MalformedLogException(
                    name, line, 1, "an escape in a quoted text is not complete or names no character; correct it");
        }
    }

    private MalformedLogException notYaml(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
        String problem = "not YAML: " + e.getProblem() + "; if this is part of a text, put the text into double quotes";
        return mark == null
                ? new MalformedLogException(name, 1, 1, problem)
                : new MalformedLogException(name, mark.getLine() + 1, mark.getColumn() + 1, problem);
    }

    private void refuseForeign(Event event) {
        if (event instanceof DocumentStartEvent document
                && (document.getVersion() != null
                        || (document.getTags() != null && !document.getTags().isEmpty()))) {
            throw error(event, "a log has no directives; remove the line that begins with '%'");
        }
        if (event instanceof AliasEvent alias) {
            throw error(event, "'*" + alias.getAnchor() + "' is an alias, which JSON does not have; repeat the value");
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw error(event, "'&" + node.getAnchor() + "' is an anchor, which JSON does not have; remove it");
        }
        String tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof MappingStartEvent mapping
                        ? mapping.getTag()
                        : event instanceof SequenceStartEvent sequence ? sequence.getTag() : null;
        if (tag != null) {
            throw error(
                    event,
                    "'" + tag + "' is a tag, which JSON does not have; remove it, and quote the value if it"
                            + " is a text");
        }
    }

    public MalformedLogException error(Event event, String problem) {
        return error(event.getStartMark(), problem);
    }

    public MalformedLogException error(Mark mark, String problem) {
        return new MalformedLogException(name, mark.getLine() + 1, mark.getColumn() + 1, problem);
    }

    /** The JSON of a value whose first event was just read. */
    public JsonNode value(Event first) {
        return value(first, 0, false);
    }

    /** @param json whether its key is quoted and in braces, as in JSON; then every JSON number is allowed */
    private JsonNode value(Event first, int depth, boolean json) {
        if (depth > MAX_DEPTH) {
            throw error(first, "nested more than " + MAX_DEPTH + " deep; flatten the value");
        }
        if (first instanceof ScalarEvent scalar) {
            if (!scalar.isPlain()) {
                return TextNode.valueOf(scalar.getValue());
            }
            return plain(scalar, json);
        }
        return first instanceof MappingStartEvent mapping ? object(mapping, depth) : array(depth, json);
    }

    private JsonNode plain(ScalarEvent scalar, boolean json) {
        String text = scalar.getValue();
        Optional<JsonNode> value;
        try {
            value = json && YamlScalar.isJsonNumber(text)
                    ? Optional.of(JsonCodec.parse(text))
                    : YamlScalar.meaning(text);
        } catch (IllegalArgumentException e) { // a number that cannot be represented
            throw error(scalar, String.valueOf(e.getMessage()));
        }
        return value.orElseThrow(() -> error(scalar, YamlScalar.explain(text)));
    }

    private ArrayNode array(int depth, boolean json) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (!at(Event.ID.SequenceEnd)) {
            array.add(value(next(), depth + 1, json));
        }
        next();
        return array;
    }

    private ObjectNode object(MappingStartEvent start, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Map<String, Mark> seen = new HashMap<>();
        while (!at(Event.ID.MappingEnd)) {
            String key = key(seen);
            boolean json = start.isFlow() && lastKeyQuoted;
            object.set(key, value(next(), depth + 1, json));
        }
        next();
        return object;
    }

    /** Reads the next key of a mapping; keys are always text. */
    public String key(Map<String, Mark> seen) {
        Event event = next();
        if (!(event instanceof ScalarEvent scalar)) {
            throw error(event, "a key must be a text, as in JSON");
        }
        String key = scalar.getValue();
        lastKeyQuoted = scalar.isDQuoted();
        if (scalar.isPlain() && (key.isEmpty() || key.equals("<<"))) {
            throw error(
                    event,
                    key.isEmpty()
                            ? "the key is missing; write \"\" for the empty one"
                            : "'<<' is a merge, which JSON does not have; write \"<<\" if the key is called so");
        }
        Mark first = seen.putIfAbsent(key, event.getStartMark());
        if (first != null) {
            throw error(
                    event,
                    "duplicate key '" + key + "', first on line " + (first.getLine() + 1) + "; remove or rename one");
        }
        return key;
    }
}
