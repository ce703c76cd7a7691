package dev.millrace.core.internal.payload;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The rules of a JSON object that is read as a record. Filled once, then immutable. */
public final class RecordShape implements FieldShape {
    private static final int MOST_UNKNOWN = 20;

    /**
     * One component of the record.
     *
     * @param names the name of the field, then its aliases
     */
    record Field(List<String> names, FieldShape shape, boolean isRequired) {
        String name() {
            return names.get(0);
        }
    }

    private final boolean refusesUnknown;
    private List<Field> fields = List.of();

    RecordShape(boolean refusesUnknown) {
        this.refusesUnknown = refusesUnknown;
    }

    /** Sets the fields. The constructor cannot, because a record may contain records of its own class. */
    void fill(List<Field> components) {
        fields = List.copyOf(components);
    }

    public List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    @Override
    public String words() {
        return "an object";
    }

    @Override
    public void check(String where, JsonNode value, List<String> problems) {
        if (!value.isObject()) {
            problems.add(FieldShape.mismatch(where, words(), value));
            return;
        }
        Set<String> unknown = new TreeSet<>();
        value.fieldNames().forEachRemaining(unknown::add);
        for (Field field : fields) {
            unknown.removeAll(field.names());
            List<JsonNode> given = new ArrayList<>();
            field.names().stream().filter(value::has).forEach(name -> given.add(value.get(name)));
            given.forEach(one -> field.shape().check(where + "." + field.name(), one, problems));
            if (given.isEmpty() && field.isRequired()) {
                problems.add(where + "." + field.name() + ": expected "
                        + field.shape().words() + ", got nothing");
            }
        }
        if (refusesUnknown) {
            unknown.stream()
                    .limit(MOST_UNKNOWN)
                    .forEach(name -> problems.add(where + "." + FieldShape.shorten(name) + ": unknown field"));
            if (unknown.size() > MOST_UNKNOWN) {
                problems.add(where + ": " + (unknown.size() - MOST_UNKNOWN) + " more unknown fields");
            }
        }
    }
}
