package dev.millrace.testkit.internal.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A writer of YAML that is readable in a diff and has the same meaning for every YAML reader. */
public final class YamlLogWriter {
    /** YAML allows at most 1024 characters for a key on one line. */
    private static final int LONGEST_KEY = 1000;

    /** Longer texts are always quoted. */
    private static final int LONGEST_PLAIN = 500;

    private static final String PLAIN_CHARACTER = "[\\p{L}\\p{M}\\p{N} _./@,!?()'+*=;%$-]";
    private static final Pattern PLAIN =
            Pattern.compile("[\\p{L}/]" + PLAIN_CHARACTER + "*(:(?=[^\\s:])" + PLAIN_CHARACTER + "+)*");
    private static final Pattern BLOCK = Pattern.compile("[^\\s\\p{C}][[^\\p{C}\\p{Z}] \\n]*");

    private final StringBuilder out = new StringBuilder();

    private YamlLogWriter() {}

    /** Writes each event as one document. */
    public static String write(List<Event> events) {
        YamlLogWriter writer = new YamlLogWriter();
        for (Event event : events) {
            writer.out.append("---\n");
            writer.object(JsonCodec.toTree(event), 0);
        }
        return writer.out.toString();
    }

    public static String write(JsonNode value) {
        YamlLogWriter writer = new YamlLogWriter();
        writer.lines(value, 0);
        return writer.out.toString();
    }

    private void object(JsonNode object, int indent) {
        boolean first = true;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!first) {
                indent(indent);
            }
            first = false;
            String key = scalar(field.getKey());
            if (key.length() > LONGEST_KEY) {
                out.append("? ").append(key).append('\n');
                indent(indent);
            } else {
                out.append(key);
            }
            out.append(':');
            below(field.getValue(), indent);
        }
    }

    private void array(JsonNode array, int indent) {
        boolean first = true;
        for (JsonNode item : array) {
            if (!first) {
                indent(indent);
            }
            first = false;
            out.append('-');
            if (isNested(item)) {
                out.append(' ');
                lines(item, indent + 2);
            } else {
                below(item, indent);
            }
        }
    }

    /** Writes a value after a key or a dash: on the same line, or on indented lines. */
    private void below(JsonNode value, int indent) {
        if (isNested(value)) {
            out.append('\n');
            indent(indent + 2);
            lines(value, indent + 2);
        } else if (value.isTextual() && isBlock(value.textValue())) {
            block(value.textValue(), indent + 2);
        } else {
            out.append(' ').append(inline(value)).append('\n');
        }
    }

    private void lines(JsonNode value, int indent) {
        if (!isNested(value)) {
            out.append(inline(value)).append('\n');
        } else if (value.isObject()) {
            object(value, indent);
        } else {
            array(value, indent);
        }
    }

    private static boolean isNested(JsonNode value) {
        return value.isContainerNode() && !value.isEmpty();
    }

    private static String inline(JsonNode value) {
        if (value.isContainerNode()) {
            return value.isObject() ? "{}" : "[]";
        }
        String text = value.toString();
        if (YamlScalar.isJsonNumber(text) && value.isNumber()) {
            return JsonCodec.yamlNumber(text);
        }
        return value.isBoolean() || value.isNull() ? text : scalar(value.asText());
    }

    private static String scalar(String text) {
        boolean plain = text.length() <= LONGEST_PLAIN
                && PLAIN.matcher(text).matches()
                && !text.endsWith(" ")
                && YamlScalar.isText(text);
        return plain ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (isVisible(c)) {
                        quoted.appendCodePoint(c);
                    } else {
                        for (char unit : Character.toChars(c)) {
                            quoted.append(String.format("\\u%04x", (int) unit));
                        }
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    /** Whether the character is visible: no control, no lone surrogate, no invisible separator. */
    private static boolean isVisible(int c) {
        if (c >= 0x20 && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Whether a text of several lines can be written as a block. */
    private static boolean isBlock(String text) {
        return text.indexOf('\n') > 0
                && !text.endsWith("\n\n")
                && !text.contains(" \n")
                && !text.endsWith(" ")
                && BLOCK.matcher(text).matches();
    }

    private void block(String text, int indent) {
        boolean ends = text.endsWith("\n");
        out.append(ends ? " |\n" : " |-\n");
        for (String line : (ends ? text.substring(0, text.length() - 1) : text).split("\n", -1)) {
            if (!line.isEmpty()) {
                indent(indent);
                out.append(line);
            }
            out.append('\n');
        }
    }

    private void indent(int spaces) {
        out.append(" ".repeat(spaces));
    }
}
