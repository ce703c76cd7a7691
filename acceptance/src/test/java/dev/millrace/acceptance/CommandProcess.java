package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The {@code millrace} command in a separate process, with the class path of the tests. */
final class CommandProcess implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private CommandProcess(Process process) {
        this.process = process;
        this.readers = List.of(collect(process.getInputStream(), out), collect(process.getErrorStream(), err));
    }

    static CommandProcess start(String... args) {
        return start(Map.of(), args);
    }

    /**
     * Starts the command with these variables; variables of this process that name a provider or server are removed.
     */
    static CommandProcess start(Map<String, String> environment, String... args) {
        return start(ClassArchive.java(), environment, args);
    }

    /** Like {@link #start(Map, String...)}, with this Java command. */
    static CommandProcess start(List<String> java, Map<String, String> environment, String... args) {
        List<String> command = new ArrayList<>(java);
        command.add("dev.millrace.cli.Millrace");
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_") || name.startsWith("MILLRACE_"));
        builder.environment().putAll(environment);
        try {
            return new CommandProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines printed on standard output so far. */
    List<String> out() {
        return List.copyOf(out);
    }

    /** The lines printed on standard error so far. */
    List<String> err() {
        return List.copyOf(err);
    }

    /** Writes a line to the standard input of the process. */
    void type(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** Waits for a line on standard output that matches. */
    String awaitLine(Predicate<String> wanted) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .failFast(
                        "the process ended",
                        () -> !process.isAlive() && out.stream().noneMatch(wanted))
                .untilAsserted(() -> assertThat(out)
                        .as("standard output; on standard error %s", err)
                        .anyMatch(wanted));
        return out.stream().filter(wanted).findFirst().orElseThrow();
    }

    /** Waits for a line on standard output that contains this text. */
    String awaitLine(String part) {
        return awaitLine(line -> line.contains(part));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The processes that it has started and that run. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** Sends SIGTERM. */
    int terminate() throws Exception {
        process.destroy();
        return exitCode();
    }

    /** Sends SIGKILL. */
    void kill() throws Exception {
        process.destroyForcibly();
        exitCode();
    }

    /** Waits for the end of the process and of its output; returns the exit code. */
    int exitCode() throws Exception {
        assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS))
                .as("the process ends; it printed %s %s", out, err)
                .isTrue();
        for (Thread reader : readers) {
            reader.join(BOUND.toMillis());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static Thread collect(InputStream stream, List<String> lines) {
        Thread reader = new Thread(() -> OutputLines.forEach(stream, lines::add), "child-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }
}
