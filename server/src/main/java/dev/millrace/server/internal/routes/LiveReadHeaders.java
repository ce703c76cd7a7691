package dev.millrace.server.internal.routes;

import dev.millrace.core.JsonCodec;
import java.time.Instant;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The headers that tell a reader what it is reading. */
public final class LiveReadHeaders {
    /** The last offset the stream had when the read began. */
    public static final String WATERMARK = "Millrace-Watermark";

    /** Which life of the stream this is. */
    public static final String INCARNATION = "Millrace-Incarnation";

    /** The server's clock, to the millisecond, in ISO-8601. */
    public static final String TIME = "Millrace-Time";

    /** {@code true} where the answer has the events of a subtree; the watermark is a position then. */
    static final String SUBTREE = "Millrace-Subtree";

    private LiveReadHeaders() {}

    /** Puts them on an answer, together with those that keep anything in between from holding it back. */
    static void put(HttpFields.Mutable headers, String contentType, long watermark, String incarnation, Instant now) {
        headers.put(HttpHeader.CONTENT_TYPE, contentType);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put("X-Accel-Buffering", "no");
        headers.put(WATERMARK, watermark);
        headers.put(INCARNATION, incarnation);
        headers.put(TIME, JsonCodec.time(now));
    }
}
