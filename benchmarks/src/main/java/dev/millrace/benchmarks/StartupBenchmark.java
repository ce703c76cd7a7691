package dev.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A benchmark of the start-up time of whole processes: the launcher script of a built checkout, compared with {@code
 * java -version} in the same round. Prints a Markdown table of medians, spread and ratios.
 *
 * <p>Run it from the root of the checkout: {@code benchmarks/run startup [rounds]}.
 */
public final class StartupBenchmark {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final int WARM_UP = 2;

    private StartupBenchmark() {}

    /** Takes the number of rounds, 15 by default. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        Samples bare = new Samples("`java -version`");
        Samples serve = new Samples("`millrace serve`: start to first answered request");
        Samples demo = new Samples("`millrace demo --once`: start to first answer event");
        Samples whole = new Samples("`millrace demo --once`: start to exit");
        for (int round = -WARM_UP; round < rounds; round++) {
            boolean counts = round >= 0;
            keep(counts, bare, bareJvm());
            keep(counts, serve, firstRequest());
            long[] demoTimes = firstAnswer();
            keep(counts, demo, demoTimes[0]);
            keep(counts, whole, demoTimes[1]);
        }
        System.out.printf(
                "%d rounds, %d processors, Java %s, %s %s%n%n",
                rounds,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
        System.out.println("| | median ms | min - max ms | ratio to `java -version` |");
        System.out.println("|---|--:|--:|--:|");
        for (Samples samples : List.of(bare, serve, demo, whole)) {
            System.out.println(samples.row(bare));
        }
    }

    private static void keep(boolean counts, Samples samples, long nanos) {
        if (counts) {
            samples.add(nanos);
        }
    }

    private static long bareJvm() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(java, "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
        return System.nanoTime() - begin;
    }

    private static long firstRequest() throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("millrace-startup");
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
            end(process, data);
        }
    }

    private static long[] firstAnswer() throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("millrace-startup");
        long begin = System.nanoTime();
        Process process = millrace("demo", "--once", "--port", "0", "--data", data.toString());
        try (BufferedReader output = output(process)) {
            lineWhere(output, line -> line.contains("llm-chunk-added"));
            long answered = System.nanoTime() - begin;
            while (output.readLine() != null) {
                // read to the end
            }
            process.waitFor();
            return new long[] {answered, System.nanoTime() - begin};
        } finally {
            end(process, data);
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

    private static void end(Process process, Path data) throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (var files = Files.walk(data)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
