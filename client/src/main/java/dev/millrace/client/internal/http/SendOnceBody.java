package dev.millrace.client.internal.http;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * A JSON request body that the HTTP library sends at most once. By default it sends a request again when a kept
 * connection breaks; then an append without an idempotency key could be stored twice, or a new stream destroyed. Only
 * {@link AppendSender} sends appends again.
 */
final class SendOnceBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");

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
