package dev.millrace.scriptedmodel;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A reply of the scripted model: its content and how it is sent. Immutable; methods that change something return a
 * copy.
 *
 * @since 0.1
 */
public final class ModelReply {
    /** Creates the body, in the pieces that are flushed one by one. */
    @FunctionalInterface
    interface Body {
        List<String> pieces(ModelStream wire, ErrorForm errors);
    }

    /** How a body is sent. Negative numbers mean never. */
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

    private static ModelReply streaming(Function<ModelStream, List<String>> body) {
        return new ModelReply(
                200,
                Map.of("Content-Type", "text/event-stream; charset=utf-8"),
                (wire, errors) -> body.apply(wire),
                Delivery.PLAIN);
    }

    /** A complete, successful response with this text, one delta per word. */
    public static ModelReply text(String text) {
        return streaming(wire -> wire.completed(TextPieces.words(text)));
    }

    /** Like {@link #text(String)}, with deltas of this many characters. */
    public static ModelReply text(String text, int charactersPerDelta) {
        return streaming(wire -> wire.completed(TextPieces.of(text, charactersPerDelta)));
    }

    /**
     * Like {@link #text(String)}, after reasoning: an item with this summary and an opaque encrypted content; at
     * servers other than OpenAI, with this text; on {@code /v1/messages}, a thinking block with this text and a
     * signature.
     */
    public static ModelReply thoughtfulText(String summary, String text) {
        return streaming(wire -> wire.completedAfterReasoning(summary, TextPieces.words(text)));
    }

    /** A call of one tool and no text. */
    public static ModelReply call(String callId, String name, String arguments) {
        return calls("", new ToolCall(callId, name, arguments));
    }

    /** Tool calls in this order, after a text, which may be empty. */
    public static ModelReply calls(String text, ToolCall... calls) {
        return streaming(wire -> wire.called(List.of(calls), TextPieces.words(text)));
    }

    /** A response in which the model declines with this text. */
    public static ModelReply refusal(String text) {
        return streaming(wire -> wire.refused(TextPieces.words(text)));
    }

    /**
     * A response that ends early.
     *
     * @param reason {@code max_output_tokens} or {@code content_filter}
     * @param text the text up to then
     */
    public static ModelReply incomplete(String reason, String text) {
        return streaming(wire -> wire.incomplete(reason, TextPieces.words(text)));
    }

    /**
     * Status 200 and then an error inside the stream; with responses, {@code response.failed} follows it. On {@code
     * /v1/messages} the code is the type of the error.
     */
    public static ModelReply errorInStream(String code, String message) {
        return streaming(wire -> wire.errorInStream(code, message));
    }

    /** These server-sent events, unchanged. */
    public static ModelReply raw(String events) {
        return streaming(wire -> List.of(events));
    }

    /**
     * An error answer with the error body of the provider. On {@code /v1/messages} the type follows from the status,
     * and there is no code.
     */
    public static ModelReply failure(int status, String type, String code, String message) {
        return refused(status, type, code, null, message);
    }

    static ModelReply refused(int status, String type, @Nullable String code, @Nullable String param, String message) {
        Body body = (wire, errors) -> List.of(errors.body(status, type, code, param, message));
        return new ModelReply(status, Map.of("Content-Type", "application/json"), body, Delivery.PLAIN);
    }

    /** An answer with exactly this status and body; it is JSON unless the headers say otherwise. */
    public static ModelReply status(int status, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
        all.putAll(headers);
        return new ModelReply(status, all, (wire, errors) -> List.of(body), Delivery.PLAIN);
    }

    /** Sends nothing, not even a status, until {@link ScriptedModelServer#release()}; then sends this reply. */
    public ModelReply afterSilence() {
        return with(delivery.asSilent());
    }

    /** Waits this long before the first byte. */
    public ModelReply latency(Duration latency) {
        return with(delivery.latency(latency));
    }

    /** Sends the body in pieces of this many bytes, at least 1; they may split lines, escapes and characters. */
    public ModelReply inPiecesOf(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a piece must have at least 1 byte, got " + bytes);
        }
        return with(delivery.bytesAtOnce(bytes));
    }

    /** Waits this long after each server-sent event. */
    public ModelReply every(Duration pace) {
        return with(delivery.pace(pace));
    }

    /** Closes the connection after this many bytes of the body, so that the client sees an error. */
    public ModelReply cutAfter(long bytes) {
        return with(delivery.stop(bytes, true));
    }

    /** Ends the body normally after this many bytes. */
    public ModelReply endAfter(long bytes) {
        return with(delivery.stop(bytes, false));
    }

    /** Stops after this many text deltas until {@link ScriptedModelServer#release()}; 0 stops before the first. */
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
