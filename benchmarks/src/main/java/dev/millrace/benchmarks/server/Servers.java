package dev.millrace.benchmarks.server;

import dev.millrace.benchmarks.suite.AbsentException;
import dev.millrace.benchmarks.suite.Build;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Starts the servers that are measured, each with its data in a directory. */
public final class Servers {
    private static final Pattern REDIS_READY = Pattern.compile("Ready to accept connections");

    private Servers() {}

    /** {@code millrace serve} of a build. */
    public static ServerProcess millrace(Build build, Path directory) throws IOException {
        return ServerProcess.printingUrl(
                build.java(
                        List.of("-XX:+ExitOnOutOfMemoryError"),
                        "dev.millrace.cli.Millrace",
                        List.of(
                                "serve",
                                "--port",
                                "0",
                                "--data",
                                directory.resolve("data").toString())),
                directory);
    }

    /** {@link BareJetty} with the body that it answers. */
    public static ServerProcess jetty(byte[] answer, Path directory) throws IOException {
        Path file = Files.write(directory.resolve("answer"), answer);
        return ServerProcess.printingUrl(
                Build.current("").java(List.of(), BareJetty.class.getName(), List.of(file.toString())), directory);
    }

    /** Redis, which acknowledges a command when it is on disk. */
    public static ServerProcess redis(Path directory) throws IOException, AbsentException {
        String program = Optional.ofNullable(System.getenv("REDIS_SERVER")).orElse("redis-server");
        if (!answers(List.of(program, "--version"))) {
            throw new AbsentException("'" + program + "' is no program here; install it, for example with"
                    + " 'apt-get install redis-server', or name it in the environment variable REDIS_SERVER");
        }
        int port = freePort();
        List<String> command = List.of(
                program,
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--auto-aof-rewrite-percentage",
                "0");
        return ServerProcess.start(command, directory, Map.of(), REDIS_READY, port);
    }

    /** The reference server of Durable Streams, which writes to files. */
    public static ServerProcess durableStreams(Path npm, Path directory) throws IOException, AbsentException {
        if (!answers(List.of("node", "--version"))) {
            throw new AbsentException("there is no 'node' here; install Node 20 or newer");
        }
        if (!Files.exists(npm.resolve("node_modules/@durable-streams/server"))) {
            throw new AbsentException("its package is not installed; run 'npm ci --prefix benchmarks/npm'");
        }
        Path program = npm.resolve("durable-streams.mjs").toAbsolutePath();
        return ServerProcess.printingUrl(
                List.of("node", program.toString(), directory.resolve("data").toString()), directory);
    }

    private static boolean answers(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
