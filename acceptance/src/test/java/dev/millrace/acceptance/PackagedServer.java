package dev.millrace.acceptance;

import dev.millrace.contracts.wire.ServiceClient;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code millrace serve} in a separate process, started as users start it. */
final class PackagedServer extends ServiceClient {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;
    private static final Pattern LISTENING = Pattern.compile("listening on (http://[0-9.:]+)");

    private final List<String> command;
    private final Map<String, String> environment;
    private final boolean onDisk;
    private final int egressPort;
    private Process process;

    private PackagedServer(
            List<String> command,
            Map<String, String> environment,
            boolean onDisk,
            int egressPort,
            Process process,
            URI uri) {
        super(uri, Duration.ofSeconds(5));
        this.command = command;
        this.environment = environment;
        this.onDisk = onDisk;
        this.egressPort = egressPort;
        this.process = process;
    }

    /** A server that keeps its streams in this directory. */
    static PackagedServer on(Path data) throws Exception {
        return on(data, Map.of());
    }

    /** A server that keeps its streams in this directory, with these variables. */
    static PackagedServer on(Path data, Map<String, String> environment) throws Exception {
        return start(ClassArchive.java("-Xmx512m"), Optional.of(data), environment);
    }

    /** A server that keeps its streams in memory. */
    static PackagedServer inMemory() throws Exception {
        return start(ClassArchive.java("-Xmx512m"), Optional.empty());
    }

    /** A server, started with this Java command. */
    static PackagedServer start(List<String> java, Optional<Path> data) throws Exception {
        return start(java, data, Map.of());
    }

    private static PackagedServer start(List<String> java, Optional<Path> data, Map<String, String> environment)
            throws Exception {
        int egressPort = freePort();
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(
                "dev.millrace.cli.Millrace", "serve", "--port", "0", "--allow-egress", "127.0.0.1:" + egressPort));
        command.addAll(
                data.map(directory -> List.of("--data", directory.toString())).orElse(List.of("--in-memory")));
        Process process = launch(command, environment);
        return new PackagedServer(command, environment, data.isPresent(), egressPort, process, awaitAddress(process));
    }

    /** A free port below the usual range of ephemeral ports, so that it is probably still free when it is needed. */
    private static int freePort() throws IOException {
        Random random = new Random();
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = FIRST_PORT + random.nextInt(PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // in use, try another one
            }
        }
        throw new IOException("no free port among 100 of " + FIRST_PORT + " to " + (FIRST_PORT + PORTS));
    }

    private static Process launch(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_") || name.startsWith("MILLRACE_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Reads all output of the process; if it does not start, the last lines go into the error message. */
    private static URI awaitAddress(Process process) throws Exception {
        CompletableFuture<URI> address = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    Deque<String> last = new ArrayDeque<>();
                    OutputLines.forEach(process.getInputStream(), line -> {
                        Matcher listening = LISTENING.matcher(line);
                        if (listening.find()) {
                            address.complete(URI.create(listening.group(1)));
                        }
                        last.addLast(line);
                        if (last.size() > 50) {
                            last.removeFirst();
                        }
                    });
                    address.completeExceptionally(new AssertionError("the server ended: " + String.join("\n", last)));
                },
                "server-output");
        reader.setDaemon(true);
        reader.start();
        return address.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public OptionalInt egressPort() {
        return OptionalInt.of(egressPort);
    }

    @Override
    public boolean survivesRestart() {
        return onDisk;
    }

    /** Stops the server with SIGTERM and starts it again. */
    @Override
    public void restart() throws Exception {
        stop();
        startAgain();
    }

    /** Stops the server with SIGTERM and waits for its end. */
    void stop() throws Exception {
        process.destroy();
        awaitEnd();
    }

    /** Stops the server with SIGKILL and starts it again. */
    void killAndRestart() throws Exception {
        process.destroyForcibly();
        awaitEnd();
        startAgain();
    }

    private void awaitEnd() throws InterruptedException {
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the server did not end within " + BOUND);
        }
    }

    private void startAgain() throws Exception {
        process = launch(command, environment);
        moved(awaitAddress(process));
    }

    @Override
    public void close() throws IOException {
        super.close();
        process.destroyForcibly();
    }
}
