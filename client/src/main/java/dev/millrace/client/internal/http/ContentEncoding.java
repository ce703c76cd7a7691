package dev.millrace.client.internal.http;

import java.util.Locale;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.GzipSource;
import okio.Okio;

/**
 * How a live answer is compressed. We ask for it as it is, and a proxy may compress it all the same; read as it comes, it
 * would be a stream without a single event.
 */
public final class ContentEncoding {
    private static final String PLAIN = "identity";
    private static final String GZIP = "gzip";

    private ContentEncoding() {}

    /** Its name, in lower case. */
    public static String of(Response response) {
        String header = response.header("Content-Encoding");
        return header == null ? PLAIN : header.strip().toLowerCase(Locale.ROOT);
    }

    /** Whether {@link #decoded} can read it. */
    public static boolean isKnown(Response response) {
        return of(response).equals(PLAIN) || of(response).equals(GZIP);
    }

    /** The same answer with a plain body, of which as much is there as was flushed by whoever compressed it. */
    public static Response decoded(Response response) {
        if (!of(response).equals(GZIP)) {
            return response;
        }
        ResponseBody zipped = response.body();
        ResponseBody plain =
                ResponseBody.create(Okio.buffer(new GzipSource(zipped.source())), zipped.contentType(), -1);
        return response.newBuilder()
                .removeHeader("Content-Encoding")
                .body(plain)
                .build();
    }
}
