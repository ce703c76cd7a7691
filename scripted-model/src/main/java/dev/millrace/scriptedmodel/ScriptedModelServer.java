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

/**
 * A model server on a free port of the loopback address, for tests and demos. It answers {@code POST /v1/responses},
 * {@code POST /v1/chat/completions} and {@code POST /v1/messages} (the API of Anthropic) from a {@link ModelScript},
 * always streamed, in the format of each, and {@code GET /v1/models}. It refuses requests that a strict real server
 * would refuse as malformed ({@link ModelRequest#problem(ProviderDialect)}), in its words.
 *
 * <p>The server stores nothing: a conversation must be whole in each request.
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
    private final ModelScript.Reader script;
    private final ProviderDialect dialect;
    private final RefusedParameters refused = new RefusedParameters();

    private ScriptedModelServer(ModelScript script, ProviderDialect dialect) {
        this.script = new ModelScript.Reader(script);
        this.dialect = dialect;
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
     * Starts a server that imitates OpenAI.
     *
     * @throws UncheckedIOException if the loopback address has no free port
     */
    public static ScriptedModelServer start(ModelScript script) {
        return start(script, ProviderDialect.OPENAI);
    }

    /**
     * Starts a server that imitates this kind of server.
     *
     * @throws UncheckedIOException if the loopback address has no free port
     */
    public static ScriptedModelServer start(ModelScript script, ProviderDialect dialect) {
        return new ScriptedModelServer(script, dialect);
    }

    /**
     * From now on refuses requests with this parameter, as a provider does for a model that does not support it. Like
     * {@link #refusing(String, String)} with the message "Unsupported parameter: 'temperature' is not supported with
     * this model."
     *
     * @throws IllegalArgumentException if the parameter is blank
     */
    public ScriptedModelServer refusing(String parameter) {
        return refusing(parameter, "Unsupported parameter: '" + parameter + "' is not supported with this model.");
    }

    /**
     * From now on refuses requests with this parameter: a 400 with the code {@code unsupported_parameter}, the
     * parameter as {@code error.param}, and this message. The error bodies of llama.cpp and Anthropic have only the
     * message. A parameter that is null, an empty array or an empty object counts as absent.
     *
     * <p>Example: {@code refusing("include", "Encrypted content is not supported with this model.")} is OpenAI with a
     * model that does not reason.
     *
     * @param parameter its name, for example {@code temperature}; a field of an object, or of each object
     *     in an array, after a dot, for example {@code reasoning.effort} or {@code tools.strict}
     * @return this server
     * @throws IllegalArgumentException if the parameter is blank
     */
    public ScriptedModelServer refusing(String parameter, String message) {
        refused.add(parameter, message);
        return this;
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
        String path = exchange.getRequestURI().getPath();
        String route = exchange.getRequestMethod() + " " + path;
        byte[] body = exchange.getRequestBody().readAllBytes();
        try {
            switch (route) {
                case "POST " + ModelRequest.RESPONSES, "POST " + ModelRequest.CHAT, "POST " + ModelRequest.MESSAGES ->
                    respond(exchange, path, body);
                case "GET /v1/models" -> send(exchange, ModelReply.status(200, MODELS, Map.of()), List.of(MODELS));
                default -> refuse(exchange, path, 404, "Unknown request URL: " + route + ".");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while answering " + route, e);
        }
        exchange.close();
    }

    private void respond(HttpExchange exchange, String path, byte[] body) throws IOException, InterruptedException {
        JsonNode json;
        try {
            json = JsonCodec.parse(body);
        } catch (IllegalArgumentException e) {
            refuse(exchange, path, 400, "We could not parse the JSON body of your request: " + e.getMessage());
            return;
        }
        ModelRequest request = new ModelRequest(path, headers(exchange), json);
        int number;
        ModelReply reply;
        synchronized (script) {
            requests.add(request);
            number = requests.size();
            reply = request.refusal(dialect)
                    .or(() -> refused.refusal(json))
                    .map(RequestRefusal::reply)
                    .orElseGet(() -> script.reply(request));
        }
        send(exchange, reply, reply.body().pieces(stream(request, number), ErrorForm.of(path, dialect)));
    }

    private ModelStream stream(ModelRequest request, int number) {
        if (request.isAnthropic()) {
            return new AnthropicStreamWriter(request, number);
        }
        if (request.isChat()) {
            return new ChatCompletionWriter(request, number, ErrorForm.of(request.path(), dialect));
        }
        return dialect == ProviderDialect.LLAMA_CPP
                ? new LlamaCppStreamWriter(request, number)
                : new ResponseStreamWriter(request, number, dialect);
    }

    private void refuse(HttpExchange exchange, String path, int status, String message)
            throws IOException, InterruptedException {
        String body =
                ErrorForm.of(path, dialect).body(status, "invalid_request_error", "invalid_request", null, message);
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
