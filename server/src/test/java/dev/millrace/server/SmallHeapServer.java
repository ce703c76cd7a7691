package dev.millrace.server;

import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, which ends when its memory is exhausted. */
final class SmallHeapServer implements AutoCloseable {
    private final Process process;
    final URI uri;

    SmallHeapServer(Path directory, String heap) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeapServer.class.getName(),
                        directory.toString())
                .redirectError(new File(directory.toFile(), "server.log"))
                .start();
        uri = URI.create(process.inputReader(StandardCharsets.UTF_8).readLine());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The child; the argument is its data directory. */
    public static void main(String[] arguments) throws InterruptedException {
        StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(Path.of(arguments[0], "data")))
                .processors(List.of(new CodeProvider()))
                .start();
        MillraceServer server = MillraceServer.builder(engine).start();
        System.out.println(server.baseUri());
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
