package dev.millrace.testkit.internal.state;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A parser of places in the JSON of a state: paths such as {@code $.history[3]}, or JSON pointers. */
public final class StatePathParser {
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[\\]\"]+)|\\[([0-9]{1,9})]|\\[\"([^\"]*)\"]");

    private static final int LONGEST = 1_000;

    private StatePathParser() {}

    /** @throws IllegalArgumentException if the place is malformed or too long */
    public static JsonPointer of(String place) {
        if (place.length() > LONGEST) { // the time grows with the square of the length
            throw new IllegalArgumentException(
                    "a place in a state has at most " + LONGEST + " characters, got " + place.length());
        }
        if (place.startsWith("/")) {
            return JsonPointer.compile(place);
        }
        String steps = place.startsWith("$") ? place.substring(1) : place;
        if (!steps.isEmpty() && !steps.startsWith("[") && !steps.startsWith(".")) {
            steps = "." + steps;
        }
        JsonPointer pointer = JsonPointer.empty();
        Matcher step = STEP.matcher(steps);
        int end = 0;
        while (end < steps.length()) {
            if (!step.region(end, steps.length()).lookingAt()) {
                throw new IllegalArgumentException("not a place in a state: '" + place
                        + "'; write it as history[3], $.users[\"a b\"].name or /history/3");
            }
            end = step.end();
            if (step.group(2) != null) {
                pointer = pointer.appendIndex(Integer.parseInt(step.group(2)));
            } else {
                pointer = pointer.appendProperty(step.group(1) != null ? step.group(1) : step.group(3));
            }
        }
        return pointer;
    }
}
