package dev.millrace.tools.mcp;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The transport to a program: a message is a line of JSON. The one of the library stops reading at a line that is no
 * message, or that is too long, and open calls then wait for their time limit. This one leaves out the first kind, as the
 * log lines of many programs are, and ends at the second. It also says when the program has ended.
 */
final class ProgramTransport implements McpClientTransport {
    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final int MOST_DIAGNOSIS = 1_000;

    private final List<String> command;
    private final Map<String, String> environment;
    private final int mostMessage;
    private final Consumer<Throwable> onEnd;
    private final McpJsonMapper json = McpJsonDefaults.getMapper();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Process process;
    private volatile String diagnosis = "";

    /**
     * A transport.
     *
     * @param mostMessage the longest line, in bytes
     * @param onEnd gets the reason when the program has ended, once
     */
    ProgramTransport(
            List<String> command, Map<String, String> environment, int mostMessage, Consumer<Throwable> onEnd) {
        this.command = command;
        this.environment = environment;
        this.mostMessage = mostMessage;
        this.onEnd = onEnd;
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        return Mono.fromRunnable(() -> start(handler)); // at once: the library sends without waiting for it
    }

    private void start(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> inherited = ProgramEnvironment.inherited(builder.environment());
        builder.environment().clear();
        builder.environment().putAll(inherited);
        builder.environment().putAll(environment);
        Process started;
        try {
            started = builder.start();
        } catch (IOException missing) {
            diagnosis = String.valueOf(missing.getMessage());
            throw new UncheckedIOException(diagnosis, missing);
        }
        process = started;
        thread("out", () -> readMessages(started, handler));
        thread("err", () -> readDiagnoses(started));
    }

    private void thread(String what, Runnable work) {
        Thread thread = new Thread(work, "millrace-mcp-" + command.get(0) + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void readMessages(Process from, Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        String why = "the program has ended";
        try (InputStream in = new BufferedInputStream(from.getInputStream())) {
            for (String line = line(in, mostMessage); line != null; line = line(in, mostMessage)) {
                handle(line, handler);
            }
        } catch (IOException broken) {
            why = String.valueOf(broken.getMessage());
        }
        if (ended.compareAndSet(false, true)) {
            onEnd.accept(new IOException(why + (diagnosis.isEmpty() ? "" : "; it wrote: " + diagnosis)));
        }
        stop(from);
    }

    private void handle(String line, Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        if (line.isBlank()) {
            return;
        }
        JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(json, line);
        } catch (IOException | RuntimeException notOne) {
            LOG.log(Level.DEBUG, () -> command.get(0) + " wrote a line that is no message", notOne);
            return;
        }
        handler.apply(Mono.just(message))
                .onErrorComplete() // the library has noted it
                .block();
    }

    private void readDiagnoses(Process from) {
        try (InputStream in = new BufferedInputStream(from.getErrorStream())) {
            for (String line = line(in, mostMessage); line != null; line = line(in, mostMessage)) {
                String last = line;
                LOG.log(Level.DEBUG, () -> command.get(0) + ": " + last);
                diagnosis = line.isBlank() ? diagnosis : line.substring(0, Math.min(line.length(), MOST_DIAGNOSIS));
            }
        } catch (IOException closed) {
            LOG.log(Level.DEBUG, "the messages of an MCP server cannot be read any more", closed);
        }
    }

    /** The next line; null at the end. */
    private static @Nullable String line(InputStream in, int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() == most) {
                throw new IOException("a message of the program has more than " + most + " bytes");
            }
            line.write(next);
        }
        return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.<Void>fromRunnable(() -> write(message)).subscribeOn(Schedulers.boundedElastic());
    }

    private synchronized void write(JSONRPCMessage message) {
        Process to = process;
        if (to == null) {
            throw new IllegalStateException("the program was not started: " + diagnosis);
        }
        try {
            OutputStream out = to.getOutputStream();
            out.write((json.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException gone) {
            throw new UncheckedIOException("the program takes no messages any more", gone);
        }
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.<Void>fromRunnable(() -> {
                    ended.set(true);
                    Process running = process;
                    if (running != null) {
                        stop(running);
                    }
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** Closes the input of the program, which tells it to end; then ends it and the programs that it started. */
    private static void stop(Process running) {
        List<ProcessHandle> started = running.descendants().toList();
        try {
            running.getOutputStream().close();
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, "an MCP server has closed its input", gone);
        }
        if (!hasEnded(running)) {
            running.destroy();
            started.forEach(ProcessHandle::destroy);
        }
        if (!hasEnded(running)) {
            running.destroyForcibly();
        }
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean hasEnded(Process running) {
        try {
            return running.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return json.convertValue(data, type);
    }
}
