package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.OutcomeUnknownException;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolCall;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The connection to a server, which is made again when it breaks. Thread-safe. */
final class McpConnection {
    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1));

    /** A program may be downloaded at its first start. */
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    /** How long a call waits for a connection. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Duration CLOSE = Duration.ofSeconds(5);
    /** Each call has the time limit of its tool; the one of the library must be longer than any. */
    private static final Duration LONGEST_REQUEST = Duration.ofDays(367);

    /** A connection that lasted as long begins a new series of failures. */
    private static final Duration STABLE = Duration.ofMinutes(1);

    /** The shortest time between two changes of the tools. */
    private static final Duration BETWEEN_CHANGES = Duration.ofSeconds(1);

    private static final String PROGRESS_TOKEN = "progressToken";
    private static final TypeRef<Map<String, Object>> ARGUMENTS = new TypeRef<>() {};

    private final ServerAddress address;
    private final Timers timers;
    private final ToolConverter converter;
    private final Map<String, ToolCall> running = new ConcurrentHashMap<>();
    private final AtomicLong calls = new AtomicLong();

    // Guarded by this.
    private Consumer<List<Tool<?>>> listener = tools -> {};
    private boolean wanted;
    private int failures;
    private @Nullable McpAsyncClient client;
    private CompletableFuture<McpAsyncClient> ready = new CompletableFuture<>();
    private Timers.@Nullable Timer next;
    private Duration connectedAt = Duration.ZERO;
    private List<McpSchema.Tool> listed = List.of();
    private boolean isDelivering;

    McpConnection(ServerAddress address, Timers timers, ToolConverter converter) {
        this.address = address;
        this.timers = timers;
        this.converter = converter;
    }

    synchronized void start(Consumer<List<Tool<?>>> newListener) {
        listener = newListener;
        if (!wanted) {
            wanted = true;
            failures = 0;
            ready = new CompletableFuture<>();
            connect();
        }
    }

    void close() {
        McpAsyncClient last;
        synchronized (this) {
            wanted = false;
            last = client;
            client = null;
            ready = CompletableFuture.failedFuture(new IllegalStateException("the connection was closed"));
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
        if (last != null) {
            end(last);
        }
    }

    private synchronized void connect() {
        if (!wanted || client != null) {
            return;
        }
        Attempt attempt = new Attempt();
        McpAsyncClient made = McpClient.async(address.connect(attempt::failed))
                .clientInfo(
                        McpSchema.Implementation.builder("millrace", version()).build())
                .requestTimeout(LONGEST_REQUEST)
                .initializationTimeout(LONGEST_START)
                .toolsChangeConsumer(tools -> Mono.fromRunnable(() -> attempt.listed(tools)))
                .progressConsumer(report -> Mono.fromRunnable(() -> progress(report)))
                .build();
        attempt.made = made;
        client = made;
        var unused = made.initialize()
                .then(made.listTools())
                .timeout(LONGEST_START)
                .subscribe(listed -> attempt.connected(listed.tools()), attempt::failed);
    }

    private static String version() {
        String version = McpConnection.class.getPackage().getImplementationVersion();
        return version == null ? "0.1" : version;
    }

    /** One connection. What it reports after another one has taken its place counts for nothing. */
    private final class Attempt {
        private volatile @Nullable McpAsyncClient made;

        private void connected(List<McpSchema.Tool> tools) {
            synchronized (McpConnection.this) {
                if (client != made || made == null) {
                    return;
                }
                connectedAt = timers.elapsed();
                listed = tools;
            }
            deliver();
            ready.complete(made);
        }

        /** The tools have changed. A server that says so all the time is heard once a second. */
        private void listed(List<McpSchema.Tool> tools) {
            synchronized (McpConnection.this) {
                if (client != made || made == null) {
                    return;
                }
                listed = tools;
                if (isDelivering) {
                    return;
                }
                isDelivering = true;
            }
            timers.after(BETWEEN_CHANGES, () -> {
                synchronized (McpConnection.this) {
                    isDelivering = false;
                }
                deliver();
            });
        }

        private void failed(Throwable failure) {
            McpAsyncClient broken = made;
            if (broken != null) {
                broke(broken, failure);
            }
        }
    }

    /** Gives the newest list to the listener, without the lock: it runs code of the application. */
    private void deliver() {
        List<McpSchema.Tool> newest;
        Consumer<List<Tool<?>>> to;
        synchronized (this) {
            newest = listed;
            to = listener;
        }
        to.accept(converter.convert(newest, this));
    }

    /** Connects again, later. */
    private void broke(McpAsyncClient broken, Throwable failure) {
        Duration delay;
        synchronized (this) {
            if (client != broken || !wanted) {
                return;
            }
            client = null;
            boolean wasStable = timers.elapsed().minus(connectedAt).compareTo(STABLE) >= 0;
            failures = ready.isDone() && wasStable ? 1 : failures + 1;
            delay = BACKOFF.delay(failures, () -> ThreadLocalRandom.current().nextLong());
            ready = ready.isDone() ? new CompletableFuture<>() : ready;
            next = timers.after(delay, this::connect);
        }
        LOG.log(
                Level.WARNING,
                () -> "MCP server " + address + ": " + message(failure) + "; starting it again in " + delay.toMillis()
                        + " ms");
        end(broken); // ends its open calls
    }

    private static void end(McpAsyncClient last) {
        try {
            last.closeGracefully().block(CLOSE);
        } catch (RuntimeException stuck) {
            LOG.log(Level.DEBUG, "an MCP server was closed by force", stuck);
            last.close();
        }
    }

    private void progress(McpSchema.ProgressNotification report) {
        ToolCall call = running.get(String.valueOf(report.progressToken()));
        if (call == null) {
            return;
        }
        String message = report.message() == null ? "" : report.message();
        if (report.progress() != null && report.total() != null && report.total() > 0) {
            call.progress(report.progress() / report.total(), message);
        } else {
            call.progress(message);
        }
    }

    /**
     * Calls a tool and waits for its result.
     *
     * @throws OutcomeUnknownException if the connection breaks after the request was sent
     */
    Object call(String tool, JsonNode arguments, ToolCall call) throws Exception {
        McpAsyncClient connected = connected(tool);
        String token = "call-" + calls.incrementAndGet();
        Map<String, Object> values = McpJsonDefaults.getMapper().convertValue(arguments, ARGUMENTS);
        running.put(token, call);
        CompletableFuture<CallToolResult> answer = connected
                .callTool(new CallToolRequest(tool, values, Map.of(PROGRESS_TOKEN, token)))
                .toFuture();
        call.onCancel(() -> answer.cancel(true));
        try {
            CallToolResult result = answer.get(LONGEST_REQUEST.toSeconds(), TimeUnit.SECONDS);
            if (Boolean.TRUE.equals(result.isError())) {
                throw new ToolFailedException(ResultText.of(result));
            }
            return ResultText.of(result);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            if (cause instanceof McpError refused) {
                throw new ToolFailedException("the MCP server refused the call: " + message(refused));
            }
            if (WatchedTransport.isConnection(cause)) {
                broke(connected, cause);
            }
            throw new OutcomeUnknownException(
                    "the connection to the MCP server broke during the call: " + message(cause), cause);
        } catch (CancellationException cancelled) {
            throw new OutcomeUnknownException("the call was cancelled");
        } finally {
            running.remove(token, call);
            answer.cancel(true);
        }
    }

    private McpAsyncClient connected(String tool) throws InterruptedException, ToolFailedException {
        CompletableFuture<McpAsyncClient> current;
        synchronized (this) {
            current = ready;
        }
        try {
            return current.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException notThere) {
            throw new ToolFailedException("the MCP server of the tool '" + tool
                    + "' is not running; it is started again by itself. The call was not executed.");
        }
    }

    /** What went wrong, in the words of the innermost cause that has some. */
    private static String message(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            message = cause.getMessage() == null ? message : cause.getMessage();
        }
        return message;
    }
}
