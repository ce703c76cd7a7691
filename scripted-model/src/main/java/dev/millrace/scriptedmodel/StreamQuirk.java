package dev.millrace.scriptedmodel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Unusual streams of real servers (or nearly so) that a client must handle; each is a file. The comment of a constant
 * says what a client should do with it, if that is not obvious. All streams with a text say {@code Hello}; all streams
 * with a call call {@code add} or {@code now}.
 *
 * @since 0.1
 */
public enum StreamQuirk {
    /** The tool calls have no index. */
    CHAT_INDEX_MISSING,
    /** Two tool calls share the index 0; only their ids differ. */
    CHAT_INDEX_ALWAYS_ZERO,
    /** The first piece of a call has no id; a later piece has one. */
    CHAT_ID_MISSING_AT_FIRST,
    /** Only the first piece of a call has an id; two calls come interleaved. */
    CHAT_ID_ONLY_AT_FIRST,
    /** A tool call has no id. */
    CHAT_ID_NEVER,
    /** The finish reason is {@code stop}, although tools are called. */
    CHAT_STOP_WITH_CALLS,
    /** A call comes in one piece, together with the finish reason. */
    CHAT_WHOLE_ARGUMENTS,
    /** The arguments of a call are the empty text. */
    CHAT_EMPTY_ARGUMENTS,
    /** The arguments of a call are no JSON. */
    CHAT_BROKEN_ARGUMENTS,
    /** An error in a stream that began with 200, with a number as code. */
    CHAT_ERROR_IN_STREAM,
    /** The stream ends without a finish reason and without the end marker. */
    CHAT_NO_END,
    /** There is a finish reason, but no end marker. */
    CHAT_NO_MARK,
    /** Reasoning comes in fields that only some providers have. */
    CHAT_REASONING,
    /** The usage comes in a chunk without choices. */
    CHAT_USAGE_ALONE,
    /** The id of an item is different in each event; only its index stays the same. */
    RESPONSES_IDS_ROTATE,
    /** The final response has no output; the items come only in their own events. */
    RESPONSES_EMPTY_OUTPUT,
    /** After the end comes the end marker of chat completions. */
    RESPONSES_CHAT_MARK,
    /** Events come after the end. */
    RESPONSES_MORE_AFTER_END,
    /** There are unknown events and items between the others. */
    RESPONSES_UNKNOWN_EVENTS,
    /** Comments and an undocumented event keep the connection alive. */
    RESPONSES_KEEPALIVE,
    /** An error is flat, as documented, and no further event follows. */
    RESPONSES_FLAT_ERROR,
    /** An error is nested, and no failed response follows it. */
    RESPONSES_ERROR_ALONE,
    /** A gateway reports its own timeout as an invalid request, in the middle of the stream. */
    RESPONSES_GATEWAY_TIMEOUT,
    /** The quota is used up; this is reported in a stream that began with 200. */
    RESPONSES_QUOTA_IN_STREAM,
    /** The HTTP body ends normally, but without the event that ends a response. */
    RESPONSES_NO_END,
    /** The arguments of a call are the empty text. */
    RESPONSES_EMPTY_ARGUMENTS,
    /** The arguments of a call are no JSON. */
    RESPONSES_BROKEN_ARGUMENTS,
    /** The model calls an undeclared tool, with several calls in its arguments. */
    RESPONSES_PARALLEL_WRAPPER,
    /** Lines end with CR LF. */
    RESPONSES_CARRIAGE_RETURNS,
    /** The data of an event is split into several lines. */
    RESPONSES_DATA_IN_LINES;

    /** Whether this is a stream of chat completions; otherwise of responses. */
    public boolean isChat() {
        return name().startsWith("CHAT_");
    }

    /** The server-sent events, byte for byte. */
    public String events() {
        String file = "quirks/" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".sse";
        try (InputStream in = StreamQuirk.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("missing on the class path: " + file + "; build the module again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** A reply that sends this stream. */
    public ModelReply reply() {
        return ModelReply.raw(events());
    }
}
