package dev.millrace.processors.openai;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A model server of another project, from the npm packages for tests, that runs as a process of its own. */
final class ForeignServer implements AutoCloseable {
    private static final Path PACKAGES =
            Path.of("../testing/npm/node_modules").toAbsolutePath().normalize();
    private static final Path ANSWERS = Path.of("src/test/resources/foreign").toAbsolutePath();

    private final int port;
    private final Process process;

    private ForeignServer(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /** {@code @copilotkit/aimock}, with both wires; the test is skipped if it is not installed. */
    static ForeignServer aimock() throws IOException {
        int port = freePort();
        String answers = ANSWERS.resolve("aimock.json").toString();
        return start(
                port,
                "@copilotkit/aimock/dist/cli.js",
                List.of("-p", String.valueOf(port), "-f", answers, "-c", "5", "--strict", "--log-level", "silent"));
    }

    /** {@code @dwmkerr/mock-llm}, with the wire {@code chat}; the test is skipped if it is not installed. */
    static ForeignServer mockLlm() throws IOException {
        String answers = ANSWERS.resolve("mock-llm.yaml").toString();
        return start(freePort(), "@dwmkerr/mock-llm/dist/main.js", List.of("--config", answers));
    }

    private static ForeignServer start(int port, String program, List<String> options) throws IOException {
        Path script = PACKAGES.resolve(program);
        assumeTrue(Files.exists(script), "needs 'npm ci --prefix testing/npm'");
        assumeTrue(hasNode(), "needs node");
        List<String> command = new ArrayList<>(List.of("node", script.toString()));
        command.addAll(options);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(Map.of("HOST", "127.0.0.1", "PORT", String.valueOf(port)));
        ForeignServer server = new ForeignServer(port, builder.start());
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> server.isListening() || !server.process.isAlive());
        return server;
    }

    private static boolean hasNode() {
        try {
            Process process = new ProcessBuilder("node", "--version")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    String baseUrl() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
}
