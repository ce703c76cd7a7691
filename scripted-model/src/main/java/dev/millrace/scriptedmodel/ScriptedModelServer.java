package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/**
 * A model server on a free port of the loopback address, for tests and demos. It answers {@code POST /v1/responses} and
 * {@code POST /v1/chat/completions} from a {@link ModelScript}, streamed in the format of each, and {@code GET
 * /v1/models}. It refuses requests that the real service would refuse as malformed ({@link ModelRequest#problem()}).
 *
 * <p>Thread-safe. Each response has its own thread; all threads are daemons.
 *
 * @since 0.1
 */
public final class ScriptedModelServer implements AutoCloseable {
    static {
        // Without this, JDK 17 waits 40 ms for acknowledgements. Set it before the server class is loaded.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private static final String MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"scripted\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"millrace\"}]}";

    private final HttpServer server;
    private final ExecutorService threads;
    private final ReplyGate gate = new ReplyGate();
    private final List<ModelRequest> requests = new CopyOnWriteArrayList<>();
    private final ScriptReader script;

    private ScriptedModelServer(ModelScript script) {
        this.script = new ScriptReader(script);
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "millrace-scripted-model");
            thread.setDaemon(true);
            return thread;
        });
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            threads.shutdownNow();
            throw new UncheckedIOException("cannot listen on the loopback address: " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts a server.
     *
     * @throws UncheckedIOException if the loopback address has no free port
     */
    public static ScriptedModelServer start(ModelScript script) {
        return new ScriptedModelServer(script);
    }

    /** The base URL to give to a client; it ends with {@code /v1}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** All requests so far, in order of arrival; a snapshot. */
    public List<ModelRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many replies are held now and wait for {@link #release()}. */
    public int held() {
        return gate.held();
    }

    /** Lets all held replies continue. */
    public void release() {
        gate.release();
    }

    /** Stops the server and closes open connections. */
    @Override
    public void close() {
        gate.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String route =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        try {
            switch (route) {
                case "POST /v1/responses" -> respond(exchange, body, ResponseStreamWriter::new);
                case "POST /v1/chat/completions" -> respond(exchange, body, ChatCompletionWriter::new);
                case "GET /v1/models" -> send(exchange, ModelReply.status(200, MODELS, Map.of()), List.of(MODELS));
                default -> refuse(exchange, 404, "Unknown request URL: " + route + ".");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while answering " + route, e);
        }
        exchange.close();
    }

    private void respond(HttpExchange exchange, byte[] body, BiFunction<ModelRequest, Integer, ModelStream> wire)
            throws IOException, InterruptedException {
        JsonNode json;
        try {
            json = JsonCodec.parse(body);
        } catch (IllegalArgumentException e) {
            refuse(exchange, 400, "We could not parse the JSON body of your request: " + e.getMessage());
            return;
        }
        ModelRequest request = new ModelRequest(headers(exchange), json);
        int number;
        ModelReply reply;
        synchronized (script) {
            requests.add(request);
            number = requests.size();
            reply = request.problem()
                    .map(problem -> ModelReply.failure(400, "invalid_request_error", "invalid_value", problem))
                    .orElseGet(() -> script.reply(request));
        }
        send(exchange, reply, reply.body().pieces(wire.apply(request, number)));
    }

    private void refuse(HttpExchange exchange, int status, String message) throws IOException, InterruptedException {
        String body = ResponseStreamWriter.errorBody("invalid_request_error", "invalid_request", message);
        send(exchange, ModelReply.status(status, body, Map.of()), List.of(body));
    }

    private void send(HttpExchange exchange, ModelReply reply, List<String> pieces)
            throws IOException, InterruptedException {
        new ReplySender(exchange, gate, reply).send(pieces);
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        return headers;
    }
}
