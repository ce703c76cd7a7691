package dev.millrace.processors.agent.http;

import dev.millrace.core.hosting.EventStreamInput;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import okio.ByteString;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer to a request for an event stream. Servers and proxies label streams wrongly, and other bodies as
 * streams, so its first bytes decide.
 */
final class StreamAnswer {
    private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
    private static final ByteString MARK = ByteString.decodeHex("EFBBBF");
    private static final Set<String> FIELDS = Set.of("data", "event", "id", "retry");
    private static final int LONGEST_FIELD = 5;

    /** Most line ends before the first field. */
    private static final int MOST_EMPTY_LINES = 1024;

    private StreamAnswer() {}

    /**
     * Whether the answer is to be read as an event stream: its body begins like one, or it is labelled as one and does
     * not begin like JSON or HTML. Waits for the first bytes; consumes none.
     *
     * @throws IOException if the connection breaks
     */
    static boolean isEventStream(Response response) throws IOException {
        BufferedSource body = response.body().source();
        long begin = begin(body);
        boolean isEmpty = !body.request(begin + 1);
        if (isLabelled(response)) {
            return isEmpty || "{[<".indexOf(body.getBuffer().getByte(begin)) < 0;
        }
        return !isEmpty && hasField(body, begin);
    }

    private static boolean isLabelled(Response response) {
        MediaType type = response.body().contentType();
        return type != null && type.type().equals("text") && type.subtype().equals("event-stream");
    }

    /** The position after a byte order mark and empty lines. */
    private static long begin(BufferedSource body) throws IOException {
        boolean isMarked =
                body.request(1) && body.getBuffer().getByte(0) == MARK.getByte(0) && body.request(MARK.size());
        long at = isMarked && body.rangeEquals(0, MARK) ? MARK.size() : 0;
        while (at < MOST_EMPTY_LINES
                && body.request(at + 1)
                && isLineEnd(body.getBuffer().getByte(at))) {
            at++;
        }
        return at;
    }

    /** Whether the first line is a comment or a field of an event stream. */
    private static boolean hasField(BufferedSource body, long begin) throws IOException {
        StringBuilder name = new StringBuilder();
        while (name.length() <= LONGEST_FIELD && body.request(begin + name.length() + 1)) {
            byte next = body.getBuffer().getByte(begin + name.length());
            if (next == ':' && name.isEmpty()) {
                return true;
            }
            if (next == ':' || isLineEnd(next)) {
                break;
            }
            name.append((char) next);
        }
        return FIELDS.contains(name.toString());
    }

    private static boolean isLineEnd(byte next) {
        return next == '\n' || next == '\r';
    }

    /** The answer as an event stream with one kind of line end, whose last frame has an end. */
    static Response asEventStream(Response response) throws IOException {
        BufferedSource body = response.body().source();
        body.skip(begin(body)); // the parser does not know the mark
        InputStream frames = new CompleteFrames(new EventStreamInput(body.inputStream()));
        return response.newBuilder()
                .header("Content-Type", EVENT_STREAM.toString())
                .body(ResponseBody.create(Okio.buffer(Okio.source(frames)), EVENT_STREAM, -1))
                .build();
    }

    /**
     * Ends the last frame. The standard drops a frame that no empty line follows; but servers leave that line out, and
     * connections break before it, and a frame of these APIs shows itself whether it is complete: it is JSON.
     */
    static final class CompleteFrames extends FilterInputStream {
        private @Nullable IOException broken;
        private int missing = 2;
        private boolean isOver;

        CompleteFrames(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int count = length == 0 ? 0 : isOver ? -1 : received(bytes, from, length);
            if (count >= 0) {
                return count;
            }
            isOver = true;
            if (missing > 0) {
                missing--;
                bytes[from] = '\n';
                return 1;
            }
            if (broken != null) {
                throw broken;
            }
            return -1;
        }

        private int received(byte[] bytes, int from, int length) {
            try {
                return super.read(bytes, from, length);
            } catch (IOException e) {
                broken = e; // after the end of the frame
                return -1;
            }
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
