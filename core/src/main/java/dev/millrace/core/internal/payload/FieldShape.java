package dev.millrace.core.internal.payload;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The rule for one JSON value of a payload: what it must look like, without coercion. Immutable. */
public interface FieldShape {
    /** What the value must be, for an error: {@code a string}. */
    String words();

    /** Adds one line for each problem of a value; each line begins with {@code where}. */
    void check(String where, JsonNode value, List<String> problems);

    static String mismatch(String where, String words, JsonNode value) {
        return where + ": expected " + words + ", got " + shorten(value.toString());
    }

    static String shorten(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    /** An array; only its first wrong element is reported. */
    record Elements(FieldShape element) implements FieldShape {
        @Override
        public String words() {
            return "an array";
        }

        @Override
        public void check(String where, JsonNode value, List<String> problems) {
            if (!value.isArray()) {
                problems.add(mismatch(where, words(), value));
                return;
            }
            int before = problems.size();
            for (int i = 0; i < value.size() && problems.size() == before; i++) {
                element.check(where + "[" + i + "]", value.get(i), problems);
            }
        }
    }

    /** An object with any names; only its first wrong value is reported. */
    record Entries(FieldShape value) implements FieldShape {
        @Override
        public String words() {
            return "an object";
        }

        @Override
        public void check(String where, JsonNode object, List<String> problems) {
            if (!object.isObject()) {
                problems.add(mismatch(where, words(), object));
                return;
            }
            int before = problems.size();
            for (var field : object.properties()) {
                if (problems.size() == before) {
                    value.check(where + "." + shorten(field.getKey()), field.getValue(), problems);
                }
            }
        }
    }

    record OrNull(FieldShape shape) implements FieldShape {
        @Override
        public String words() {
            return shape.words() + " or null";
        }

        @Override
        public void check(String where, JsonNode value, List<String> problems) {
            if (!value.isNull()) {
                shape.check(where, value, problems);
            }
        }
    }
}
