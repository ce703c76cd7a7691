package dev.millrace.scriptedmodel;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One answer of the scripted model: what it says, and how it gets to the client. Immutable; every method that changes
 * something returns a copy.
 */
public final class Reply {
    /** The body of a reply in the pieces that are flushed one by one. */
    @FunctionalInterface
    interface Body {
        List<String> pieces(ResponseWire wire);
    }

    /** How a body travels. Negative numbers mean never. */
    record Delivery(Duration pace, long stopAfterBytes, boolean cut, int holdAfterDeltas, boolean silent) {
        static final Delivery PLAIN = new Delivery(Duration.ZERO, -1, false, -1, false);
    }

    private final int status;
    private final Map<String, String> headers;
    private final Body body;
    private final Delivery delivery;

    private Reply(int status, Map<String, String> headers, Body body, Delivery delivery) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.delivery = delivery;
    }

    private static Reply streaming(Body body) {
        return new Reply(200, Map.of("Content-Type", "text/event-stream; charset=utf-8"), body, Delivery.PLAIN);
    }

    /** This text as a complete, successful response, one delta a word. */
    public static Reply text(String text) {
        return streaming(wire -> wire.completed(TextPieces.words(text)));
    }

    /** As {@link #text}, with deltas of this many characters. */
    public static Reply text(String text, int charactersPerDelta) {
        return streaming(wire -> wire.completed(TextPieces.of(text, charactersPerDelta)));
    }

    /** As {@link #text}, after a reasoning item with this summary and an opaque encrypted content. */
    public static Reply thoughtfulText(String summary, String text) {
        return streaming(wire -> wire.completedAfterReasoning(summary, TextPieces.words(text)));
    }

    /**
     * A response that ends early.
     *
     * @param reason {@code max_output_tokens} or {@code content_filter}
     * @param text what the model said until then
     */
    public static Reply incomplete(String reason, String text) {
        return streaming(wire -> wire.incomplete(reason, TextPieces.words(text)));
    }

    /** Status 200, and then an error inside the stream: an {@code error} event and {@code response.failed}. */
    public static Reply errorInStream(String code, String message) {
        return streaming(wire -> wire.errorInStream(code, message));
    }

    /** These server-sent events, as they are. */
    public static Reply raw(String events) {
        return streaming(wire -> List.of(events));
    }

    /** A refusal with the provider's error body. */
    public static Reply failure(int status, String type, String code, String message) {
        return status(status, ResponseWire.errorBody(type, code, message), Map.of());
    }

    /** A refusal with exactly this body; it is JSON unless the headers say otherwise. */
    public static Reply status(int status, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
        all.putAll(headers);
        return new Reply(status, all, wire -> List.of(body), Delivery.PLAIN);
    }

    /** Never answers, not even with a status, until {@link ScriptedModelServer#release()}; then says this reply. */
    public Reply afterSilence() {
        return with(new Delivery(delivery.pace, delivery.stopAfterBytes, delivery.cut, delivery.holdAfterDeltas, true));
    }

    /** Waits this long after every server-sent event. */
    public Reply every(Duration pace) {
        return with(
                new Delivery(pace, delivery.stopAfterBytes, delivery.cut, delivery.holdAfterDeltas, delivery.silent));
    }

    /** Breaks the connection after this many bytes of the body. */
    public Reply cutAfter(long bytes) {
        return with(new Delivery(delivery.pace, bytes, true, delivery.holdAfterDeltas, delivery.silent));
    }

    /** Ends the body properly after this many bytes of it. */
    public Reply endAfter(long bytes) {
        return with(new Delivery(delivery.pace, bytes, false, delivery.holdAfterDeltas, delivery.silent));
    }

    /** Falls silent after this many text deltas until {@link ScriptedModelServer#release()}; 0 for before the first. */
    public Reply holdAfter(int deltas) {
        return with(new Delivery(delivery.pace, delivery.stopAfterBytes, delivery.cut, deltas, delivery.silent));
    }

    /** Sets a response header. */
    public Reply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, delivery);
    }

    private Reply with(Delivery changed) {
        return new Reply(status, headers, body, changed);
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
