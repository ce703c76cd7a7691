package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Shortens values for messages. */
final class QuotedValues {
    private static final int LONGEST = 60;

    private QuotedValues() {}

    static String describe(@Nullable JsonNode value) {
        return value == null || value.isMissingNode() ? "nothing" : shorten(value.toString());
    }

    static String shorten(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
