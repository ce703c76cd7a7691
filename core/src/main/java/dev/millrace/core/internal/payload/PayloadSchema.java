package dev.millrace.core.internal.payload;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** The rules of a built-in payload: its fields and their kinds; no other field is allowed. */
public final class PayloadSchema {
    /** A kind of field value, with the words for it in an error. */
    public enum Kind implements FieldShape {
        ANY("any JSON", node -> true),
        TEXT("a string", JsonNode::isTextual),
        NON_EMPTY_TEXT(
                "a non-empty string",
                node -> node.isTextual() && !node.textValue().isBlank()),
        OBJECT("an object", JsonNode::isObject),
        BOOLEAN("true or false", JsonNode::isBoolean),
        POSITIVE_INTEGER("a positive integer", Kind::isPositive),
        INTEGER("an integer", JsonNode::isIntegralNumber),
        INT("an integer", node -> node.isIntegralNumber() && node.canConvertToInt()),
        LONG("an integer", node -> node.isIntegralNumber() && node.canConvertToLong()),
        POSITIVE_LONG("a positive integer", node -> LONG.accepts.test(node) && node.longValue() > 0),
        NUMBER("a number", JsonNode::isNumber),
        POSITIVE_NUMBER("a positive number", node -> node.isNumber() && node.doubleValue() > 0),
        ARRAY("an array", JsonNode::isArray);

        private final String words;
        private final Predicate<JsonNode> accepts;

        Kind(String words, Predicate<JsonNode> accepts) {
            this.words = words;
            this.accepts = accepts;
        }

        @Override
        public String words() {
            return words;
        }

        @Override
        public void check(String where, JsonNode value, List<String> problems) {
            if (!accepts.test(value)) {
                problems.add(FieldShape.mismatch(where, words, value));
            }
        }

        /** Positive, and in the range of {@code int}. */
        private static boolean isPositive(JsonNode node) {
            return node.isIntegralNumber() && node.canConvertToInt() && node.intValue() > 0;
        }
    }

    private enum Presence {
        REQUIRED,
        OPTIONAL,
        /** A caller must not send it. */
        OF_SERVICE
    }

    private record Field(String name, Kind kind, Presence presence) {}

    private final List<Field> fields;
    private final BiConsumer<JsonNode, List<String>> further;

    private PayloadSchema(List<Field> fields, BiConsumer<JsonNode, List<String>> further) {
        this.fields = fields;
        this.further = further;
    }

    public static PayloadSchema empty() {
        return new PayloadSchema(List.of(), (payload, problems) -> {});
    }

    public PayloadSchema required(String name, Kind kind) {
        return with(new Field(name, kind, Presence.REQUIRED));
    }

    public PayloadSchema optional(String name, Kind kind) {
        return with(new Field(name, kind, Presence.OPTIONAL));
    }

    /** Adds a field that only the service writes: it is a problem in the payload of a caller. */
    public PayloadSchema ofService(String name, Kind kind) {
        return with(new Field(name, kind, Presence.OF_SERVICE));
    }

    /** Adds a rule over several fields; it runs only if each field fits. */
    public PayloadSchema and(BiConsumer<JsonNode, List<String>> rule) {
        return new PayloadSchema(fields, rule);
    }

    private PayloadSchema with(Field field) {
        List<Field> more = new ArrayList<>(fields);
        more.add(field);
        return new PayloadSchema(List.copyOf(more), further);
    }

    /** The names of all fields, in the order of their declaration. */
    public List<String> fields() {
        return fields.stream().map(Field::name).toList();
    }

    /** The problems of the payload, one line each; empty if it fits. */
    public List<String> problems(JsonNode payload) {
        List<String> problems = new ArrayList<>();
        TreeSet<String> unknown = new TreeSet<>();
        payload.fieldNames().forEachRemaining(unknown::add);
        for (Field field : fields) {
            unknown.remove(field.name);
            JsonNode value = payload.get(field.name);
            if (value == null) {
                if (field.presence == Presence.REQUIRED) {
                    problems.add("payload." + field.name + ": expected " + field.kind.words + ", got nothing");
                }
            } else {
                List<String> mismatch = new ArrayList<>();
                field.kind.check("payload." + field.name, value, mismatch);
                if (mismatch.isEmpty() && field.presence == Presence.OF_SERVICE) {
                    mismatch.add("payload." + field.name + ": only the service writes this field; leave it out");
                }
                problems.addAll(mismatch);
            }
        }
        for (String name : unknown) {
            problems.add("payload." + name + ": unknown field");
        }
        if (problems.isEmpty()) {
            further.accept(payload, problems);
        }
        return problems;
    }
}
