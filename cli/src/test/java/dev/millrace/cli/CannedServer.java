package dev.millrace.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An HTTP server that answers each path with one text, and other paths with a page that says 404. */
final class CannedServer implements AutoCloseable {
    static final String CHAT = "/v1/chat/completions";

    /** A text as chat completion. */
    static final String YES = """
            data: {"choices":[{"index":0,"delta":{"content":"yes"}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: [DONE]

            """;

    private final HttpServer server;

    /** Starts a server; the function of a path gets the body of a request, and returns an event stream or an error. */
    CannedServer(Map<String, UnaryOperator<String>> answers) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            UnaryOperator<String> answer = answers.get(exchange.getRequestURI().getPath());
            String text = answer == null ? "<html><h1>Not here</h1></html>" : answer.apply(body);
            boolean isStream = text.startsWith("data:");
            exchange.getResponseHeaders().set("Content-Type", isStream ? "text/event-stream" : "text/html");
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : text.startsWith("{") ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
