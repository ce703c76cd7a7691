package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call. Null is the same as none. Each method throws an {@link IllegalArgumentException} that says
 * what to write if the argument has another type or is out of range. Immutable.
 */
final class ToolArguments {
    private static final int MOST_SHOWN = 200;

    private final JsonNode json;

    private ToolArguments(JsonNode json) {
        this.json = json;
    }

    /**
     * The arguments of a call.
     *
     * @param known the names that the tool has
     * @throws IllegalArgumentException if there is another name
     */
    static ToolArguments of(Set<String> known, @Nullable Map<String, Object> given) {
        JsonNode json = given == null ? JsonNodeFactory.instance.objectNode() : JsonCodec.toTree(given);
        Set<String> unknown = new LinkedHashSet<>();
        json.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no argument " + unknown + "; this tool has " + String.join(", ", known));
        }
        return new ToolArguments(json);
    }

    /** A text that is not blank. */
    Optional<String> text(String name) {
        return given(name).map(value -> {
            if (!value.isTextual() || value.textValue().isBlank()) {
                throw wrong(name, "a text that is not empty", value);
            }
            return value.textValue();
        });
    }

    /** Texts that are not blank; empty if there is no such argument. */
    List<String> texts(String name) {
        Optional<JsonNode> array = given(name);
        List<String> texts = new ArrayList<>();
        array.ifPresent(value -> {
            boolean isRight = value.isArray();
            for (JsonNode item : value) {
                isRight &= item.isTextual() && !item.textValue().isBlank();
                texts.add(item.asText());
            }
            if (!isRight) {
                throw wrong(name, "an array of texts", value);
            }
        });
        return texts;
    }

    /** A whole number in a range. */
    Optional<Long> number(String name, long least, long most) {
        return given(name).map(value -> {
            if (!value.isIntegralNumber()
                    || !value.canConvertToLong()
                    || value.longValue() < least
                    || value.longValue() > most) {
                String range = most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
                throw wrong(name, "a whole number, " + range, value);
            }
            return value.longValue();
        });
    }

    /** As {@link #number}, with a default. */
    int number(String name, int least, int most, int otherwise) {
        return number(name, least, most).map(Long::intValue).orElse(otherwise);
    }

    /** Whether the argument is true. */
    boolean flag(String name) {
        return given(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(name, "true or false", value);
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    Optional<JsonNode> object(String name) {
        return given(name).map(value -> {
            if (!value.isObject()) {
                throw wrong(name, "a JSON object", value);
            }
            return value;
        });
    }

    private Optional<JsonNode> given(String name) {
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private static IllegalArgumentException wrong(String name, String expected, JsonNode got) {
        return new IllegalArgumentException(
                name + " must be " + expected + ", got " + CutText.of(got.toString(), MOST_SHOWN));
    }
}
