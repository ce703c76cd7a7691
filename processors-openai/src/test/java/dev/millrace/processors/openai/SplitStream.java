package dev.millrace.processors.openai;

import dev.millrace.core.hosting.EventStreamInput;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntUnaryOperator;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** A response that arrives in chosen pieces, without a socket: the same bytes in different pieces mean the same. */
final class SplitStream {
    private static final MediaType TYPE = MediaType.get("text/event-stream");

    private SplitStream() {}

    /** Reads all at once. */
    static Recording whole(Wire wire, byte[] bytes) {
        return read(wire, bytes, from -> bytes.length - from);
    }

    /** Reads byte by byte. */
    static Recording inBytes(Wire wire, byte[] bytes) {
        return read(wire, bytes, from -> 1);
    }

    /** Reads two pieces. */
    static Recording at(Wire wire, byte[] bytes, int split) {
        return read(wire, bytes, from -> from < split ? split - from : bytes.length - from);
    }

    private static Recording read(Wire wire, byte[] bytes, IntUnaryOperator piece) {
        Recording said = new Recording();
        ResponseParser parser = wire.parser(said);
        InputStream in = new EventStreamInput(new Pieces(bytes, piece));
        Response response = new Response.Builder()
                .request(new Request.Builder().url("http://model/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .header("Content-Type", TYPE.toString())
                .body(ResponseBody.create(Okio.buffer(Okio.source(in)), TYPE, -1))
                .build();
        EventSources.processResponse(response, new EventSourceListener() {
            @Override
            public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
                parser.event(type == null ? "" : type, data);
            }
        });
        parser.eof(ModelFailure.of(FailureKind.TRUNCATED, "cut off"));
        return said;
    }

    private static final class Pieces extends FilterInputStream {
        private final IntUnaryOperator piece;
        private int from;

        Pieces(byte[] bytes, IntUnaryOperator piece) {
            super(new ByteArrayInputStream(bytes));
            this.piece = piece;
        }

        @Override
        public int read(byte[] target, int at, int length) throws IOException {
            int count = super.read(target, at, Math.min(length, Math.max(1, piece.applyAsInt(from))));
            from += Math.max(0, count);
            return count;
        }
    }
}
