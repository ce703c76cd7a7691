package dev.millrace.client.internal.http;

import java.util.Locale;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.GzipSource;
import okio.Okio;

/**
 * A decoder of the {@code Content-Encoding} of live responses. The client asks for uncompressed ones, but a proxy may
 * compress them.
 */
public final class ContentEncoding {
    private static final String PLAIN = "identity";
    private static final String GZIP = "gzip";

    private ContentEncoding() {}

    public static String of(Response response) {
        String header = response.header("Content-Encoding");
        return header == null ? PLAIN : header.strip().toLowerCase(Locale.ROOT);
    }

    public static boolean isKnown(Response response) {
        return of(response).equals(PLAIN) || of(response).equals(GZIP);
    }

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
