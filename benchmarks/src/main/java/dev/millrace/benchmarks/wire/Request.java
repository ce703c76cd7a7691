package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/** The requests of one connection: the same bytes each time, apart from the numbers of the events. */
final class Request {
    private final byte[] bytes;
    private final int[] events;
    private final int count;

    private Request(byte[] bytes, int[] events, int count) {
        this.bytes = bytes;
        this.events = events;
        this.count = count;
    }

    /** Appends of some events, as one JSON event or one JSON array. */
    static Request post(String path, int events) {
        int first = events == 1 ? 0 : 1;
        int length = events * (MeasuredEvent.BYTES + 1) - 1 + 2 * first;
        String head =
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + length + "\r\n\r\n";
        Parts parts = new Parts(events);
        parts.text(events == 1 ? head : head + "[");
        for (int i = 0; i < events; i++) {
            parts.text(i == 0 ? "" : ",");
            parts.event();
        }
        parts.text(events == 1 ? "" : "]");
        return parts.request(events);
    }

    /** Appends of some events, each with a command of its own, in one write. */
    static Request redisAdd(String key, int events) {
        Parts parts = new Parts(events);
        for (int i = 0; i < events; i++) {
            parts.text("*5\r\n$4\r\nXADD\r\n$" + key.length() + "\r\n" + key + "\r\n$1\r\n*\r\n$1\r\ne\r\n$"
                    + MeasuredEvent.BYTES + "\r\n");
            parts.event();
            parts.text("\r\n");
        }
        return parts.request(events);
    }

    /** A read that returns a known number of events. */
    static Request get(String path, String accept, int events) {
        Parts parts = new Parts(0);
        parts.text(head("GET", path, "Accept: " + accept + "\r\n"));
        return parts.request(events);
    }

    /** The head of a request without a body. */
    static String head(String method, String path, String headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }

    /** The number of events that a reply acknowledges or returns. */
    int events() {
        return count;
    }

    /** The next request. It shares its bytes with the one before. */
    ByteBuffer next(LongSupplier numbers) {
        for (int event : events) {
            MeasuredEvent.number(bytes, event, numbers.getAsLong());
        }
        return ByteBuffer.wrap(bytes);
    }

    private static final class Parts {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int[] events;
        private int next;

        Parts(int events) {
            this.events = new int[events];
        }

        void text(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }

        void event() {
            events[next++] = bytes.size();
            bytes.writeBytes(MeasuredEvent.numbered(0));
        }

        Request request(int count) {
            return new Request(bytes.toByteArray(), events, count);
        }
    }
}
