package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * The transport to a client: a message is a line of JSON. The one of the library ends at a line that is no message, reads
 * lines of any length, and drops the results of calls that run when the input ends. This one answers such lines with an
 * error, and waits for the calls.
 */
final class StdioTransport implements McpServerTransportProvider {
    /** Keeps all digits of decimal numbers: they may be those of a payload. */
    static final McpJsonMapper JSON = new JacksonMcpJsonMapper(JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build());

    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");
    private static final int MOST_RUNNING = 64;
    private static final int BUSY = -32_000; // of the range that JSON-RPC leaves to servers
    private static final String CANCELLED = "notifications/cancelled";

    private final LineChannel channel;
    private final Duration grace;
    private final Semaphore running = new Semaphore(MOST_RUNNING);
    private final Map<Object, Disposable> requests = new ConcurrentHashMap<>();
    private @Nullable McpServerSession session;
    private volatile boolean isStopped;
    private boolean hasWaited; // guarded by running

    /**
     * A transport.
     *
     * @param grace how long running calls may go on at the end
     */
    StdioTransport(LineChannel channel, Duration grace) {
        this.channel = channel;
        this.grace = grace;
    }

    @Override
    public List<String> protocolVersions() {
        return List.of(
                ProtocolVersions.MCP_2024_11_05,
                ProtocolVersions.MCP_2025_03_26,
                ProtocolVersions.MCP_2025_06_18,
                ProtocolVersions.MCP_2025_11_25);
    }

    @Override
    public void setSessionFactory(McpServerSession.Factory factory) {
        session = factory.create(new Outgoing());
    }

    /** Reads messages until the input ends, and then waits for the running ones. */
    void run() {
        try {
            boolean more = true;
            while (more && !isStopped) {
                more = readNext();
            }
        } catch (IOException broken) {
            LOG.log(Level.WARNING, "the input of the MCP server cannot be read any more: " + broken.getMessage());
        }
        stop();
    }

    /** Reads no further message, waits once for the running ones, and ends those that are left. */
    void stop() {
        isStopped = true;
        synchronized (running) {
            if (hasWaited) {
                return;
            }
            hasWaited = true;
            try {
                if (running.tryAcquire(MOST_RUNNING, grace.toMillis(), TimeUnit.MILLISECONDS)) {
                    running.release(MOST_RUNNING);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        requests.values().forEach(Disposable::dispose);
    }

    /** Reads a line; returns false at the end of the input. */
    private boolean readNext() throws IOException {
        Optional<String> line;
        try {
            line = channel.read();
        } catch (LineChannel.TooLongException tooLong) {
            refuse(McpSchema.ErrorCodes.INVALID_REQUEST, String.valueOf(tooLong.getMessage()));
            return true;
        }
        if (line.isPresent() && !line.get().isBlank()) {
            handle(line.get());
        }
        return line.isPresent();
    }

    private void handle(String line) throws IOException {
        JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(JSON, line);
        } catch (IOException notJson) {
            refuse(McpSchema.ErrorCodes.PARSE_ERROR, "the line is not a JSON object; send one message in each line");
            return;
        } catch (RuntimeException notOne) {
            refuse(McpSchema.ErrorCodes.INVALID_REQUEST, "the line is not a message of JSON-RPC 2.0");
            return;
        }
        if (message instanceof JSONRPCNotification cancelled
                && cancelled.method().equals(CANCELLED)) {
            cancel(cancelled);
        } else {
            start(message);
        }
    }

    private void start(JSONRPCMessage message) throws IOException {
        if (!(message instanceof JSONRPCRequest request)) {
            handle(message, Disposables.swap(), () -> {});
            return;
        }
        if (!running.tryAcquire()) {
            refuse(
                    JSON.convertValue(request.id(), JsonNode.class),
                    BUSY,
                    MOST_RUNNING + " requests are running; repeat this one when one of them has ended");
            return;
        }
        Disposable.Swap handling = Disposables.swap();
        requests.put(request.id(), handling);
        handle(message, handling, () -> {
            requests.remove(request.id(), handling);
            running.release();
        });
    }

    private void handle(JSONRPCMessage message, Disposable.Swap handling, Runnable end) {
        McpServerSession to = session;
        if (to == null) {
            throw new IllegalStateException("the transport has no session");
        }
        handling.update(to.handle(message)
                .doFinally(how -> end.run())
                .subscribe(
                        nothing -> {},
                        failure -> LOG.log(
                                Level.WARNING,
                                "a message of the MCP client was not answered: " + failure.getMessage())));
    }

    /** The client wants no answer to a request: its thread is interrupted, and what it has appended stays. */
    private void cancel(JSONRPCNotification cancelled) {
        Object id = cancelled.params() instanceof Map<?, ?> params ? params.get("requestId") : null;
        Disposable handling = id == null ? null : requests.remove(id);
        if (handling != null) {
            handling.dispose();
        }
    }

    /** Answers a line whose id is not known. */
    private void refuse(int code, String message) throws IOException {
        refuse(JsonNodeFactory.instance.nullNode(), code, message);
    }

    private void refuse(JsonNode id, int code, String message) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", McpSchema.JSONRPC_VERSION);
        answer.set("id", id);
        answer.putObject("error").put("code", code).put("message", message);
        channel.write(answer.toString());
    }

    @Override
    public Mono<Void> notifyClients(String method, Object params) {
        McpServerSession to = session;
        return to == null ? Mono.empty() : to.sendNotification(method, params);
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(this::stop);
    }

    /** Writes what the session sends. */
    private final class Outgoing implements McpServerTransport {
        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            return Mono.fromRunnable(() -> {
                try {
                    channel.write(JSON.writeValueAsString(message));
                } catch (IOException gone) {
                    throw new UncheckedIOException("the client takes no messages any more", gone);
                }
            });
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return JSON.convertValue(data, type);
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }

        @Override
        public void close() {}
    }
}
