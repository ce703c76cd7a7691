package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Map;
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
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * YAML text, read as JSON from the parser's own events: only there is it still known what was quoted. Everything that
 * JSON does not have, or that two readers could read differently, is refused where it stands.
 */
final class YamlSource {
    private static final int MAX_DEPTH = 256;

    private final String name;
    private final String text;
    private final Parser parser;
    private int line = 1;

    YamlSource(String name, String text) {
        this.name = name;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        int tab = this.text.indexOf('\t');
        if (tab >= 0) {
            throw error(tab, "a tab character; indent with spaces, and inside a text write \\t in double quotes");
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        this.parser = new ParserImpl(new StreamReader(this.text), options);
    }

    /** The error for a problem at an index of the text. */
    private MalformedLogException error(int index, String problem) {
        String before = text.substring(0, index);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new MalformedLogException(name, line, index - before.lastIndexOf('\n'), problem);
    }

    /** The next event; skips nothing. */
    Event next() {
        try {
            Event event = parser.getEvent();
            line = event.getEndMark().getLine() + 1;
            refuseForeign(event);
            return event;
        } catch (MarkedYAMLException e) {
            throw notYaml(e);
        } catch (ReaderException e) {
            throw unprintable(e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) { // how the scanner meets a broken escape
            throw new MalformedLogException(
                    name, line, 1, "an escape in a quoted text is not complete or names no character");
        }
    }

    /** Whether the next event is of this kind. */
    boolean at(Event.ID kind) {
        try {
            return parser.checkEvent(kind);
        } catch (MarkedYAMLException e) {
            throw notYaml(e);
        } catch (ReaderException e) {
            throw unprintable(e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) { // how the scanner meets a broken escape
            throw new MalformedLogException(
                    name, line, 1, "an escape in a quoted text is not complete or names no character");
        }
    }

    private MalformedLogException notYaml(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
        String problem = "not YAML: " + e.getProblem() + "; if this is part of a text, put the text into double quotes";
        return mark == null
                ? new MalformedLogException(name, 1, 1, problem)
                : MalformedLogException.at(name, mark, problem);
    }

    private MalformedLogException unprintable(ReaderException e) {
        int index = text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length())));
        return error(
                index,
                String.format(
                        "the character U+%04X cannot stand in YAML; write it as \"\\u%04x\" in double quotes",
                        e.getCodePoint(), e.getCodePoint()));
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

    /** The error for a problem at the start of an event. */
    MalformedLogException error(Event event, String problem) {
        return error(event.getStartMark(), problem);
    }

    /** The error for a problem at a place. */
    MalformedLogException error(Mark mark, String problem) {
        return MalformedLogException.at(name, mark, problem);
    }

    /** The JSON of a whole value, the first event of which has just been read. */
    JsonNode value(Event first) {
        return value(first, 0);
    }

    private JsonNode value(Event first, int depth) {
        if (depth > MAX_DEPTH) {
            throw error(first, "nested more than " + MAX_DEPTH + " deep; a log of the service never is");
        }
        if (first instanceof ScalarEvent scalar) {
            if (!scalar.isPlain()) {
                return TextNode.valueOf(scalar.getValue());
            }
            return PlainScalar.meaning(scalar.getValue())
                    .orElseThrow(() -> error(scalar, PlainScalar.explain(scalar.getValue())));
        }
        return first instanceof SequenceStartEvent ? array(depth) : object(depth);
    }

    private ArrayNode array(int depth) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (!at(Event.ID.SequenceEnd)) {
            array.add(value(next(), depth + 1));
        }
        next();
        return array;
    }

    private ObjectNode object(int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Map<String, Mark> seen = new HashMap<>();
        while (!at(Event.ID.MappingEnd)) {
            String key = key(seen);
            object.set(key, value(next(), depth + 1));
        }
        next();
        return object;
    }

    /** Reads the next key of a mapping; keys are always text. */
    String key(Map<String, Mark> seen) {
        Event event = next();
        if (!(event instanceof ScalarEvent scalar)) {
            throw error(event, "a key must be a text; JSON has no other keys");
        }
        String key = scalar.getValue();
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
