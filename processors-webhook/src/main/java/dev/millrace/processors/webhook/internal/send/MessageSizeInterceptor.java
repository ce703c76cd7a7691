package dev.millrace.processors.webhook.internal.send;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okio.Sink;
import okio.Socket;
import okio.Source;

/**
 * An interceptor that limits the length of incoming WebSocket messages. The HTTP client itself buffers a message of any
 * size before it passes it on. Compression is switched off, so the length on the wire is the length of the message.
 */
public final class MessageSizeInterceptor implements Interceptor {
    /** The longest message, in bytes over all its fragments. */
    static final int BYTES = 1 << 20;

    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request().newBuilder().removeHeader(EXTENSIONS).build();
        Response response = chain.proceed(request);
        Socket socket = response.socket();
        WebSocketConnection connection = request.tag(WebSocketConnection.class);
        return socket == null || connection == null
                ? response
                : response.newBuilder()
                        .removeHeader(EXTENSIONS)
                        .socket(new Limited(socket, connection))
                        .build();
    }

    private static final class Limited implements Socket {
        private final Socket socket;
        private final Source source;

        Limited(Socket socket, WebSocketConnection connection) {
            this.socket = socket;
            this.source = new FrameSizeLimiter(socket.getSource(), BYTES, connection::refuseMessage);
        }

        @Override
        public Source getSource() {
            return source;
        }

        @Override
        public Sink getSink() {
            return socket.getSink();
        }

        @Override
        public void cancel() {
            socket.cancel();
        }
    }
}
