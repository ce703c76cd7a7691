package dev.millrace.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/** A main class in a separate process that prints {@code ready} when it is ready. */
final class RunnerProcess {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int KEPT = 60;

    private final Process process;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Deque<String> said = new ConcurrentLinkedDeque<>();

    private RunnerProcess(Process process) {
        this.process = process;
    }

    static RunnerProcess start(Class<?> main, String... arguments) throws IOException {
        List<String> command = ClassArchive.java("-Xmx128m");
        command.add(main.getName());
        command.addAll(List.of(arguments));
        RunnerProcess started = new RunnerProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
        Thread reader = new Thread(started::listen, "runner-output");
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    private void listen() {
        OutputLines.forEach(process.getInputStream(), line -> {
            if (line.equals("ready")) {
                ready.complete(null);
            }
            said.addLast(line);
            if (said.size() > KEPT) {
                said.removeFirst();
            }
        });
        ready.completeExceptionally(new AssertionError("the process ended: " + said));
    }

    void awaitReady() throws Exception {
        ready.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    /** Waits for this time; fails if the process ends by itself. */
    void live(long millis) throws InterruptedException {
        if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the process ended by itself: " + said);
        }
    }

    /** Closes the input of the process, so that it ends by itself. */
    void stop() throws InterruptedException {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyEnded) {
            // it is waited for below
        }
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not end after its input was closed: " + said);
        }
    }

    /** The last lines that it printed. */
    List<String> output() {
        return List.copyOf(said);
    }

    /** Sends SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not end after SIGKILL");
        }
    }
}
