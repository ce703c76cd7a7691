package dev.millrace.jsonata;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of a function call; an undefined or missing argument is null. */
record FunctionArguments(List<?> values) {
    @Nullable Object at(int index) {
        return index < values.size() ? values.get(index) : null;
    }

    @Nullable String text(int index) {
        return at(index) instanceof String text ? text : null;
    }

    /** A number as an int, limited to the range of ints. */
    @Nullable Integer whole(int index) {
        return at(index) instanceof Number number ? Integer.valueOf((int) number.doubleValue()) : null;
    }

    int length(int index) {
        String text = text(index);
        return text == null ? 0 : text.length();
    }
}
