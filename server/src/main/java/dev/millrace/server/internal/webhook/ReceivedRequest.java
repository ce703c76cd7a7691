package dev.millrace.server.internal.webhook;

import dev.millrace.server.internal.formats.AppendBodyParser;
import dev.millrace.server.internal.formats.MediaType;
import dev.millrace.server.internal.formats.ParsedAppend;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * An append request as its sender sent it. Describes itself for the inputs that turn out to be no events. For one
 * thread.
 *
 * @param query the decoded query parameters
 * @param signatures the names of headers, in lower case, whose values are as good as a secret
 * @param body the bytes of the body; not modified
 * @param most the bytes of the largest body that a description contains
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ReceivedRequest(
        String method,
        Map<String, List<String>> query,
        HttpFields headers,
        Set<String> signatures,
        MediaType type,
        byte[] body,
        int most) {
    /**
     * The same inputs, each with a description of this request. In a batch, only that of the first invalid event is
     * complete; the others name the body.
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
        AtomicReference<@Nullable RequestDescription> first = new AtomicReference<>();
        Supplier<byte[]> description = () -> {
            RequestDescription before = first.get();
            if (before != null) {
                return before.jsonOfRepetition();
            }
            RequestDescription whole = RequestDescription.of(this, !isShown.getAsBoolean());
            first.set(whole);
            return whole.json();
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
