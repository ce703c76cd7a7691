package dev.millrace.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own, which prints its address when it is ready. */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a program that prints {@code http://127.0.0.1:} and its port. */
    static ServerProcess printingUrl(List<String> command, Path directory) throws IOException {
        return start(command, directory, Map.of(), URL, 0);
    }

    /**
     * Starts a program.
     *
     * @param ready what its output says when it is ready; a group is its port
     * @param port its port, if the output has no group
     */
    static ServerProcess start(
            List<String> command, Path directory, Map<String, String> environment, Pattern ready, int port)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        StringBuilder seen = new StringBuilder();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher matcher = ready.matcher(line);
            if (matcher.find()) {
                discard(output);
                return new ServerProcess(process, matcher.groupCount() > 0 ? Integer.parseInt(matcher.group(1)) : port);
            }
            seen.append(line).append('\n');
        }
        process.destroyForcibly();
        throw new IOException("the server ended before it was ready: " + String.join(" ", command) + "\n" + seen);
    }

    /** A full pipe would stop the server. */
    private static void discard(BufferedReader output) {
        Thread reader = new Thread(
                () -> {
                    try (output) {
                        while (output.readLine() != null) {
                            // nothing to do
                        }
                    } catch (IOException ended) {
                        // the process has ended
                    }
                },
                "output of a server");
        reader.setDaemon(true);
        reader.start();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Stops the process; by force if it has not ended after 20 s. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
