package dev.millrace.client.internal.http;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The JSON body of what changes something. The HTTP library sends it at most once: left alone it would send a request
 * again when a kept-alive connection breaks after it; an append without an idempotency key would be stored twice, and a
 * stream destroyed that somebody began anew in between. When an append is tried again is decided in one place,
 * {@link AppendSender}.
 */
final class SendOnceBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");

    /** The body of a request that has none. */
    static final SendOnceBody EMPTY = new SendOnceBody(new byte[0]);

    private final byte[] json;

    SendOnceBody(byte[] json) {
        this.json = json;
    }

    @Override
    public @Nullable MediaType contentType() {
        return json.length == 0 ? null : JSON;
    }

    @Override
    public long contentLength() {
        return json.length;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(json);
    }
}
