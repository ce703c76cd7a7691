package dev.millrace.benchmarks.suite;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.EventInput;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The event of all rows: 250 bytes of JSON, with a number that makes its key and its mark unique. */
public final class MeasuredEvent {
    public static final int BYTES = 250;
    public static final String TYPE = "measured";
    public static final int DIGITS = 10;

    private static final String ZEROS = "0".repeat(DIGITS);
    private static final String BEFORE_TEXT =
            "{\"type\":\"" + TYPE + "\",\"payload\":{\"mark\":\"#" + ZEROS + "#\",\"text\":\"";
    private static final String AFTER_TEXT = "\"},\"idempotencyKey\":\"k-" + ZEROS + "\"}";
    private static final int MARK = BEFORE_TEXT.indexOf(ZEROS);
    private static final int KEY = BYTES - AFTER_TEXT.length() + AFTER_TEXT.indexOf(ZEROS);
    private static final String TEXT = "An agent says a few words, and a tool answers with more of them. "
            .repeat(8)
            .substring(0, BYTES - BEFORE_TEXT.length() - AFTER_TEXT.length());
    private static final byte[] TEMPLATE = (BEFORE_TEXT + TEXT + AFTER_TEXT).getBytes(StandardCharsets.US_ASCII);

    private MeasuredEvent() {}

    public static byte[] numbered(long number) {
        byte[] event = TEMPLATE.clone();
        number(event, 0, number);
        return event;
    }

    /** The same event for an engine in this process. */
    public static EventInput input(long number) {
        String digits = String.format(Locale.ROOT, "%010d", number);
        return EventInput.builder()
                .type(TYPE)
                .payload(JsonNodeFactory.instance
                        .objectNode()
                        .put("mark", "#" + digits + "#")
                        .put("text", TEXT))
                .idempotencyKey("k-" + digits)
                .build();
    }

    /** Numbers the event that begins at a place. */
    public static void number(byte[] bytes, int begin, long number) {
        digits(bytes, begin + MARK, number);
        digits(bytes, begin + KEY, number);
    }

    private static void digits(byte[] bytes, int begin, long number) {
        long rest = number;
        for (int i = begin + DIGITS - 1; i >= begin; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
