package dev.millrace.client;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/**
 * The JSON body of an append. The HTTP library sends it at most once: left alone it would send a body again when a
 * kept-alive connection breaks after the request, and an append without an idempotency key would be stored twice. When
 * an append is tried again is decided in one place, {@link AppendSender}.
 */
final class OneShotBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");

    private final byte[] json;

    OneShotBody(byte[] json) {
        this.json = json;
    }

    @Override
    public MediaType contentType() {
        return JSON;
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
