package dev.millrace.server.internal.webhook;

import dev.millrace.server.internal.formats.AppendBodyParser;
import dev.millrace.server.internal.formats.MediaType;
import dev.millrace.server.internal.formats.ParsedAppend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;

/**
 * An append request as its sender sent it. Describes itself for the inputs that turn out to be no events. For one
 * thread.
 *
 * @param query the decoded query parameters
 * @param body the bytes of the body; not modified
 * @param most the bytes of the largest body that a description contains
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ReceivedRequest(
        String method, Map<String, List<String>> query, HttpFields headers, MediaType type, byte[] body, int most) {
    private static final int MOST_BYTES_OF_BATCH = 1 << 20;

    /**
     * The same inputs, each with a description of this request. In a large batch the descriptions have room for fewer
     * headers, and only that of the first invalid event has the bytes of the body, if they are few enough.
     *
     * @param append what was read from the body
     */
    public ParsedAppend describeIn(ParsedAppend append) {
        return describeIn(append, () -> isShownBy(append));
    }

    /** As {@link #describeIn}, for events that were made of the body, and do not show it. */
    public ParsedAppend describeInResult(ParsedAppend result) {
        return describeIn(result, () -> false);
    }

    private ParsedAppend describeIn(ParsedAppend append, BooleanSupplier isShown) {
        int bytes = Math.min(
                RequestDescription.MOST_BYTES,
                MOST_BYTES_OF_BATCH / append.events().size());
        AtomicBoolean isFirst = new AtomicBoolean(true);
        Supplier<byte[]> description = () -> {
            boolean lacksBody = isFirst.getAndSet(false) && !isShown.getAsBoolean();
            return RequestDescription.describe(this, lacksBody, bytes);
        };
        return new ParsedAppend(
                append.events().stream()
                        .map(input -> input.withRequest(description))
                        .toList(),
                append.batch());
    }

    private boolean isShownBy(ParsedAppend append) {
        if (body.length == 0) {
            return true;
        }
        return type.isParsed()
                ? BodyComparison.isEqual(body, append.events(), append.batch() && !type.isLines())
                : AppendBodyParser.isShown(type, body);
    }
}
