package dev.millrace.server.internal.routes;

import dev.millrace.core.JsonCodec;
import java.time.Instant;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The response headers that describe a read. */
public final class LiveReadHeaders {
    /** The last offset of the stream when the read began; in a subtree read the last position. */
    public static final String WATERMARK = "Millrace-Watermark";

    /** The incarnation of the stream. */
    public static final String INCARNATION = "Millrace-Incarnation";

    /** The time of the server, in ISO-8601 with milliseconds. */
    public static final String TIME = "Millrace-Time";

    /** {@code true} if the answer has the events of a subtree. */
    static final String SUBTREE = "Millrace-Subtree";

    private LiveReadHeaders() {}

    /** Sets these headers, and those that stop proxies and caches from holding events back. */
    static void put(HttpFields.Mutable headers, String contentType, long watermark, String incarnation, Instant now) {
        headers.put(HttpHeader.CONTENT_TYPE, contentType);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store, no-transform"); // or a proxy collects events to compress them
        headers.put("X-Accel-Buffering", "no");
        headers.put(WATERMARK, watermark);
        headers.put(INCARNATION, incarnation);
        headers.put(TIME, JsonCodec.time(now));
    }
}
