package dev.millrace.scriptedmodel;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One answer of the scripted model: what it says, and how it gets to the client. Immutable; every method that changes
 * something returns a copy.
 */
public final class ModelReply {
    /** The body of a reply in the pieces that are flushed one by one. */
    @FunctionalInterface
    interface Body {
        List<String> pieces(ModelStream wire);
    }

    /** How a body travels. Negative numbers mean never. */
    record Delivery(
            Duration latency,
            Duration pace,
            int bytesAtOnce,
            long stopAfterBytes,
            boolean cut,
            int holdAfterDeltas,
            boolean silent) {
        static final Delivery PLAIN =
                new Delivery(Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE, -1, false, -1, false);

        Delivery latency(Duration newLatency) {
            return new Delivery(newLatency, pace, bytesAtOnce, stopAfterBytes, cut, holdAfterDeltas, silent);
        }

        Delivery pace(Duration newPace) {
            return new Delivery(latency, newPace, bytesAtOnce, stopAfterBytes, cut, holdAfterDeltas, silent);
        }

        Delivery bytesAtOnce(int newBytes) {
            return new Delivery(latency, pace, newBytes, stopAfterBytes, cut, holdAfterDeltas, silent);
        }

        Delivery stop(long afterBytes, boolean newCut) {
            return new Delivery(latency, pace, bytesAtOnce, afterBytes, newCut, holdAfterDeltas, silent);
        }

        Delivery holdAfterDeltas(int deltas) {
            return new Delivery(latency, pace, bytesAtOnce, stopAfterBytes, cut, deltas, silent);
        }

        Delivery asSilent() {
            return new Delivery(latency, pace, bytesAtOnce, stopAfterBytes, cut, holdAfterDeltas, true);
        }
    }

    private final int status;
    private final Map<String, String> headers;
    private final Body body;
    private final Delivery delivery;

    private ModelReply(int status, Map<String, String> headers, Body body, Delivery delivery) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.delivery = delivery;
    }

    private static ModelReply streaming(Body body) {
        return new ModelReply(200, Map.of("Content-Type", "text/event-stream; charset=utf-8"), body, Delivery.PLAIN);
    }

    /** This text as a complete, successful response, one delta a word. */
    public static ModelReply text(String text) {
        return streaming(wire -> wire.completed(TextPieces.words(text)));
    }

    /** As {@link #text}, with deltas of this many characters. */
    public static ModelReply text(String text, int charactersPerDelta) {
        return streaming(wire -> wire.completed(TextPieces.of(text, charactersPerDelta)));
    }

    /** As {@link #text}, after a reasoning item with this summary and an opaque encrypted content. */
    public static ModelReply thoughtfulText(String summary, String text) {
        return streaming(wire -> wire.completedAfterReasoning(summary, TextPieces.words(text)));
    }

    /** A call of one tool, and nothing else. */
    public static ModelReply call(String callId, String name, String arguments) {
        return calls("", new ToolCall(callId, name, arguments));
    }

    /** Calls of tools in this order, after a text, which may be empty. */
    public static ModelReply calls(String text, ToolCall... calls) {
        return streaming(wire -> wire.called(List.of(calls), TextPieces.words(text)));
    }

    /** The model declines in these words. */
    public static ModelReply refusal(String text) {
        return streaming(wire -> wire.refused(TextPieces.words(text)));
    }

    /**
     * A response that ends early.
     *
     * @param reason {@code max_output_tokens} or {@code content_filter}
     * @param text what the model said until then
     */
    public static ModelReply incomplete(String reason, String text) {
        return streaming(wire -> wire.incomplete(reason, TextPieces.words(text)));
    }

    /** Status 200, and then an error inside the stream; on the wire of responses, {@code response.failed} follows it. */
    public static ModelReply errorInStream(String code, String message) {
        return streaming(wire -> wire.errorInStream(code, message));
    }

    /** These server-sent events, as they are. */
    public static ModelReply raw(String events) {
        return streaming(wire -> List.of(events));
    }

    /** A refusal with the provider's error body. */
    public static ModelReply failure(int status, String type, String code, String message) {
        return status(status, ResponseStreamWriter.errorBody(type, code, message), Map.of());
    }

    /** A refusal with exactly this body; it is JSON unless the headers say otherwise. */
    public static ModelReply status(int status, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
        all.putAll(headers);
        return new ModelReply(status, all, wire -> List.of(body), Delivery.PLAIN);
    }

    /** Never answers, not even with a status, until {@link ScriptedModelServer#release()}; then says this reply. */
    public ModelReply afterSilence() {
        return with(delivery.asSilent());
    }

    /** Waits this long before anything is answered. */
    public ModelReply latency(Duration latency) {
        return with(delivery.latency(latency));
    }

    /** Sends the body in pieces of this many bytes, which cut lines, escapes and characters wherever they like; at least 1. */
    public ModelReply inPiecesOf(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a piece has at least 1 byte, got " + bytes);
        }
        return with(delivery.bytesAtOnce(bytes));
    }

    /** Waits this long after every server-sent event. */
    public ModelReply every(Duration pace) {
        return with(delivery.pace(pace));
    }

    /** Breaks the connection after this many bytes of the body. */
    public ModelReply cutAfter(long bytes) {
        return with(delivery.stop(bytes, true));
    }

    /** Ends the body properly after this many bytes of it. */
    public ModelReply endAfter(long bytes) {
        return with(delivery.stop(bytes, false));
    }

    /** Falls silent after this many text deltas until {@link ScriptedModelServer#release()}; 0 for before the first. */
    public ModelReply holdAfter(int deltas) {
        return with(delivery.holdAfterDeltas(deltas));
    }

    /** Sets a response header. */
    public ModelReply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ModelReply(status, more, body, delivery);
    }

    private ModelReply with(Delivery changed) {
        return new ModelReply(status, headers, body, changed);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    Body body() {
        return body;
    }

    Delivery delivery() {
        return delivery;
    }
}
