package dev.millrace.tools.mcp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The reference server of the Model Context Protocol, from the npm packages for tests. */
final class EverythingServer {
    private static final Path PROGRAM = Path.of(
                    "../testing/npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js")
            .toAbsolutePath()
            .normalize();

    private EverythingServer() {}

    /** The command of the server over stdio; the test is skipped if it is not installed. */
    static List<String> command(String transport) {
        assumeTrue(Files.exists(PROGRAM), "needs 'npm ci --prefix testing/npm'");
        assumeTrue(hasNode(), "needs node");
        return List.of("node", PROGRAM.toString(), transport);
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

    /** A server over HTTP. */
    static final class Http implements AutoCloseable {
        private final int port;
        private Process process;

        Http() throws IOException {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            process = start();
        }

        private Process start() throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command("streamableHttp"));
            builder.environment().put("PORT", String.valueOf(port));
            Process started = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::isListening);
            return started;
        }

        private boolean isListening() {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }

        void restart() throws IOException {
            process = start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + port + "/mcp");
        }

        @Override
        public void close() throws InterruptedException {
            kill();
        }
    }
}
