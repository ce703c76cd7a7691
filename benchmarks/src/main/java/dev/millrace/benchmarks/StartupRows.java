package dev.millrace.benchmarks;

import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How long the command takes to be useful, beside the start of a bare JVM. Each round is one start. */
final class StartupRows {
    private static final Pattern URL = Pattern.compile("http://[^ ]+");

    private StartupRows() {}

    static List<Row> all() {
        return List.of(
                row("startup-serve", "millrace serve: start to first answered request", StartupRows::firstRequest),
                row("startup-demo", "millrace demo --once: start to first answer event", StartupRows::firstAnswer));
    }

    @FunctionalInterface
    private interface Start {
        /** Starts the command, and returns the nanoseconds that it took. */
        long nanos(Path data) throws Exception;
    }

    private static Row row(String id, String title, Start ours) {
        return new Row(
                id,
                title,
                List.of(Measure.cost("ms")),
                build -> subject("Millrace", ours),
                List.of(subject("java -version", data -> bareJvm())));
    }

    private static Subject subject(String name, Start start) {
        return new Subject(name, settings -> new Measurement() {
            @Override
            public double[] run(Duration time) throws Exception {
                return new double[] {once(settings) / 1e6};
            }

            @Override
            public void warmUp(Duration time) throws Exception {
                once(settings);
            }

            private long once(Settings settings) throws Exception {
                try (ScratchDirectory data = ScratchDirectory.in(settings.directory(), "startup")) {
                    return start.nanos(data.path());
                }
            }
        });
    }

    private static long bareJvm() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        long begin = System.nanoTime();
        new ProcessBuilder(java, "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        return System.nanoTime() - begin;
    }

    private static long firstRequest(Path data) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = millrace("serve", "--port", "0", "--data", data.toString());
        try (BufferedReader output = output(process)) {
            String listening = lineWhere(output, line -> URL.matcher(line).find());
            String url =
                    URL.matcher(listening).results().findFirst().orElseThrow().group();
            HttpURLConnection request =
                    (HttpURLConnection) URI.create(url + "/healthz").toURL().openConnection();
            if (request.getResponseCode() != 200) {
                throw new IllegalStateException(
                        "startup: /healthz returned status " + request.getResponseCode() + " instead of 200");
            }
            return System.nanoTime() - begin;
        } finally {
            end(process);
        }
    }

    private static long firstAnswer(Path data) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = millrace("demo", "--once", "--port", "0", "--data", data.toString());
        try (BufferedReader output = output(process)) {
            lineWhere(output, line -> line.contains("llm-chunk-added"));
            long answered = System.nanoTime() - begin;
            while (output.readLine() != null) {
                // read to the end
            }
            return answered;
        } finally {
            end(process);
        }
    }

    private static Process millrace(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Path.of("millrace").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
        return builder.start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String lineWhere(BufferedReader output, Predicate<String> wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (wanted.test(line)) {
                return line;
            }
            seen.append(line).append('\n');
        }
        throw new IllegalStateException("startup: the process ended before it printed the expected line:\n" + seen);
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
