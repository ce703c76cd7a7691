package dev.millrace.server.internal.webhook;

import dev.millrace.engine.ParsedInput;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Compares the bytes of a JSON body with the inputs that were read from it, without regard to white space between its
 * tokens. For one thread.
 */
final class BodyComparison {
    private final byte[] body;
    private int at;
    private boolean inText;
    private boolean isEscaped;

    private BodyComparison(byte[] body) {
        this.body = body;
    }

    /**
     * Whether the body is exactly these values.
     *
     * @param isArray whether they are the elements of one array; otherwise they follow each other
     */
    static boolean isEqual(byte[] body, List<ParsedInput> values, boolean isArray) {
        BodyComparison comparison = new BodyComparison(body);
        String separator = isArray ? "[" : "";
        for (ParsedInput value : values) {
            if (!comparison.next(separator) || !comparison.next(value.json())) {
                return false;
            }
            separator = isArray ? "," : "";
        }
        return comparison.next(isArray ? "]" : "") && comparison.isAtEnd();
    }

    private boolean next(String text) {
        return next(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether these bytes come next; goes on behind them. */
    private boolean next(byte[] expected) {
        for (byte one : expected) {
            skipSpace();
            if (at == body.length || body[at] != one) {
                return false;
            }
            at++;
            if (isEscaped) {
                isEscaped = false;
            } else if (one == '\\') {
                isEscaped = true;
            } else if (one == '"') {
                inText = !inText;
            }
        }
        return true;
    }

    private boolean isAtEnd() {
        skipSpace();
        return at == body.length;
    }

    private void skipSpace() {
        while (!inText && at < body.length && " \t\n\r".indexOf(body[at]) >= 0) {
            at++;
        }
    }
}
