package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The command in a process of its own, on the class path of this one. */
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

    /** Starts it with these variables, and without whatever names a provider or a server in our own environment. */
    static CommandProcess start(Map<String, String> environment, String... args) {
        return start(ClassArchive.java(), environment, args);
    }

    /** As {@link #start(Map, String...)}, in this Java. */
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

    /** What it printed on standard output, line by line, so far. */
    List<String> out() {
        return List.copyOf(out);
    }

    /** What it printed on standard error, line by line, so far. */
    List<String> err() {
        return List.copyOf(err);
    }

    /** The first line of standard output like this, once it is there. */
    String awaitLine(Predicate<String> wanted) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .failFast(
                        "the process ended",
                        () -> !process.isAlive() && out.stream().noneMatch(wanted))
                .until(() -> out.stream().anyMatch(wanted));
        return out.stream().filter(wanted).findFirst().orElseThrow();
    }

    /** As {@link #awaitLine(Predicate)}, for a line that contains this. */
    String awaitLine(String part) {
        return awaitLine(line -> line.contains(part));
    }

    /** Asks it to end, as a supervisor does. */
    int terminate() throws Exception {
        process.destroy();
        return exitCode();
    }

    /** Ends it as a power cut does. */
    void kill() throws Exception {
        process.destroyForcibly();
        exitCode();
    }

    /** Its exit code, once it has ended and everything it printed was read. */
    int exitCode() throws Exception {
        assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS))
                .as("the process ends; it said %s %s", out, err)
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
        Thread reader = new Thread(
                () -> new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                        .lines()
                        .forEach(lines::add),
                "child-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }
}
