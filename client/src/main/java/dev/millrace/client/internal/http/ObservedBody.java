package dev.millrace.client.internal.http;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A response body with a callback for arriving bytes, including the heartbeats, which the event-stream parser does not
 * report. It buffers at most one segment of 8 KiB.
 */
public final class ObservedBody extends ResponseBody {
    private final ResponseBody body;
    private final BufferedSource source;

    /** Calls {@code arrived} on the reading thread after every read with at least one byte. */
    public ObservedBody(ResponseBody body, Runnable arrived) {
        this.body = body;
        this.source = Okio.buffer(new ForwardingSource(body.source()) {
            @Override
            public long read(Buffer sink, long byteCount) throws IOException {
                long read = super.read(sink, byteCount);
                if (read > 0) {
                    arrived.run();
                }
                return read;
            }
        });
    }

    @Override
    public @Nullable MediaType contentType() {
        return body.contentType();
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public BufferedSource source() {
        return source;
    }
}
