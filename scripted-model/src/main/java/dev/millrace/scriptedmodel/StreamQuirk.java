package dev.millrace.scriptedmodel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Streams as real servers sent them, or nearly, that a client must survive; each in a file of its own. What a client should
 * make of one is in its first sentence, or obvious: every stream with a text says {@code Hello}, every stream with a call
 * calls {@code add} or {@code now}.
 */
public enum StreamQuirk {
    /** The calls of tools have no index. */
    CHAT_INDEX_MISSING,
    /** Two calls of tools share the index 0; only their ids tell them apart. */
    CHAT_INDEX_ALWAYS_ZERO,
    /** The first piece of a call has no id; a later one has. */
    CHAT_ID_MISSING_AT_FIRST,
    /** Only the first piece of a call has an id; two calls come interleaved. */
    CHAT_ID_ONLY_AT_FIRST,
    /** A call of a tool has no id at all. */
    CHAT_ID_NEVER,
    /** The finish reason is stop, although tools were called. */
    CHAT_STOP_WITH_CALLS,
    /** A call comes whole, in one piece, together with the finish reason. */
    CHAT_WHOLE_ARGUMENTS,
    /** The arguments of a call are the empty text. */
    CHAT_EMPTY_ARGUMENTS,
    /** The arguments of a call are no JSON. */
    CHAT_BROKEN_ARGUMENTS,
    /** An error stands in a stream that began with 200, with a number for a code. */
    CHAT_ERROR_IN_STREAM,
    /** The stream ends without a finish reason and without its mark. */
    CHAT_NO_END,
    /** There is a finish reason, but the mark at the end is missing. */
    CHAT_NO_MARK,
    /** Thoughts come in fields that only some vendors have. */
    CHAT_REASONING,
    /** The usage comes in a chunk without choices. */
    CHAT_USAGE_ALONE,
    /** The id of an item is another one in every event; only its index stays. */
    RESPONSES_IDS_ROTATE,
    /** The response at the end has no output; its items are only in their own events. */
    RESPONSES_EMPTY_OUTPUT,
    /** After the end comes the mark of the other wire. */
    RESPONSES_CHAT_MARK,
    /** Events come after the end. */
    RESPONSES_MORE_AFTER_END,
    /** Events and items that nobody has heard of stand between the others. */
    RESPONSES_UNKNOWN_EVENTS,
    /** Comments, and an event that is in no document, keep the connection alive. */
    RESPONSES_KEEPALIVE,
    /** An error is flat, as the document says, and nothing follows it. */
    RESPONSES_FLAT_ERROR,
    /** An error is nested, and no failed response follows it. */
    RESPONSES_ERROR_ALONE,
    /** A gateway reports its own timeout as a wrong request, in the middle. */
    RESPONSES_GATEWAY_TIMEOUT,
    /** There is no money left, which is said in a stream that began with 200. */
    RESPONSES_QUOTA_IN_STREAM,
    /** The stream ends properly, but without the event that ends a response. */
    RESPONSES_NO_END,
    /** The arguments of a call are the empty text. */
    RESPONSES_EMPTY_ARGUMENTS,
    /** The arguments of a call are no JSON. */
    RESPONSES_BROKEN_ARGUMENTS,
    /** The model calls a tool that nobody declared, with several calls in its arguments. */
    RESPONSES_PARALLEL_WRAPPER,
    /** Lines end with CR LF. */
    RESPONSES_CARRIAGE_RETURNS,
    /** The data of an event comes in several lines. */
    RESPONSES_DATA_IN_LINES;

    /** Whether it is a stream of chat completions; otherwise it is one of responses. */
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

    /** The answer that streams them. */
    public ModelReply reply() {
        return ModelReply.raw(events());
    }
}
