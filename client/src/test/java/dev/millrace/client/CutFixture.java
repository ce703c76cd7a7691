package dev.millrace.client;

import dev.millrace.core.Event;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** A live response for tests that cut it: history, caught-up, live events, heartbeats, characters of 2 and 3 bytes. */
public final class CutFixture {
    /** 1 KiB: little more than the head and four events. */
    static final CutFixture SMALL = new CutFixture(4, 30, "\n");

    /** The same with CR LF, where each half is a line end too. */
    static final CutFixture SMALL_CRLF = new CutFixture(4, 30, "\r\n");

    /** The same with CR alone. */
    static final CutFixture SMALL_CR = new CutFixture(4, 30, "\r");

    /** 4 KiB. */
    static final CutFixture LARGE = new CutFixture(16, 123, "\n");

    private static final String HEAD = LiveRequest.tailHead("Millrace-Incarnation: A", "Millrace-Watermark: 3");
    private static final int CHUNK = 701; // independent of the ends of events

    private final int events;
    private final List<String> texts;
    private final String newline;

    public CutFixture(int events, int textBytes, String newline) {
        this.events = events;
        this.texts = IntStream.rangeClosed(1, events)
                .mapToObj(offset -> offset + "x€".repeat(textBytes / 4))
                .toList();
        this.newline = newline;
    }

    /** The number of events; all after the first three are live. */
    int events() {
        return events;
    }

    /** The number of bytes before the body; with fewer, there is no connection. */
    int headLength() {
        return HEAD.length();
    }

    /** Fails if this is not the event that was sent with its offset. */
    public void check(Event event) {
        String text = texts.get((int) event.offset() - 1);
        if (!text.equals(event.payloadJson().path("t").textValue())
                || !event.type().equals("ü")) {
            throw new AssertionError("sent " + text + ", received " + event);
        }
    }

    /** The server-sent events after an offset, without chunk lengths. */
    public byte[] body(long afterOffset) {
        return text(afterOffset, events).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The number of bytes of {@link #body} after which each event is complete: after the empty line, or its CR alone.
     */
    public int[] ends() {
        int[] ends = new int[events];
        for (int n = 1; n <= events; n++) {
            int through = text(0, n).getBytes(StandardCharsets.UTF_8).length;
            ends[n - 1] = through - newline.length() + 1;
        }
        return ends;
    }

    /** The response with its head and its chunks, but without the last chunk. */
    byte[] answer(long afterOffset) {
        String body = text(afterOffset, events);
        StringBuilder answer = new StringBuilder(HEAD);
        for (int from = 0; from < body.length(); from += CHUNK) {
            answer.append(LiveRequest.chunk(body.substring(from, Math.min(body.length(), from + CHUNK))));
        }
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String text(long after, long through) {
        StringBuilder body = new StringBuilder();
        for (long next = after + 1; next <= through; next++) {
            if (next == 1 || next == 4) {
                body.append(": \n\ndata:\n\ndata: \n\n");
            }
            if (next == 4) {
                body.append(Sample.caughtUp(3));
            }
            String event = "{\"streamPath\":\"/c\",\"type\":\"ü\",\"payload\":{\"t\":\"" + texts.get((int) next - 1)
                    + "\"},\"offset\":" + next + ",\"createdAt\":\"2026-01-01T12:00:00.000Z\"}";
            body.append("event: message\ndata: " + event + "\nid: " + next + "\n\n");
        }
        return body.toString().replace("\n", newline);
    }

    @Override
    public String toString() {
        return events + " events, " + body(0).length + " bytes"
                + (newline.length() == 2 ? ", CRLF" : newline.equals("\r") ? ", CR" : "");
    }
}
