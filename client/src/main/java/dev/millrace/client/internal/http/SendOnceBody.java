package dev.millrace.client.internal.http;

import java.io.IOException;
import java.nio.file.Path;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * A request body that the HTTP library sends at most once. By default it sends a request again when a kept
 * connection breaks; then an append without an idempotency key could be stored twice, or a new stream destroyed. Only
 * {@link AppendSender} sends appends again.
 */
final class SendOnceBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final MediaType LINES = MediaType.get("application/x-ndjson");

    static final SendOnceBody EMPTY = new SendOnceBody(RequestBody.create(new byte[0]));

    private final RequestBody content;

    private SendOnceBody(RequestBody content) {
        this.content = content;
    }

    static SendOnceBody json(byte[] json) {
        return new SendOnceBody(RequestBody.create(json, JSON));
    }

    /** A file with a JSON value in each line; it is read while it is sent. */
    static SendOnceBody lines(Path file) {
        return new SendOnceBody(RequestBody.create(file.toFile(), LINES));
    }

    @Override
    public @Nullable MediaType contentType() {
        return content.contentType();
    }

    @Override
    public long contentLength() throws IOException {
        return content.contentLength();
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        content.writeTo(sink);
    }
}
