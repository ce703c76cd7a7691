package dev.millrace.benchmarks.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.benchmarks.suite.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs a JMH benchmark of a build in new JVMs. */
public final class Jmh {
    private Jmh() {}

    /**
     * A benchmark with one method, named {@code Class.method}; each round is a JVM that warms up first.
     *
     * @return its operations in a second
     */
    public static Measurement measurement(
            Build build, Class<?> benchmark, Map<String, String> parameters, Settings settings) {
        return measurement(build, benchmark.getName(), parameters, settings);
    }

    static Measurement measurement(Build build, String name, Map<String, String> parameters, Settings settings) {
        return new Measurement() {
            @Override
            public double[] run(Duration time) throws Exception {
                return new double[] {score(build, name, parameters, settings, time)};
            }

            @Override
            public void warmUp(Duration time) {
                // each run does
            }
        };
    }

    private static double score(
            Build build, String name, Map<String, String> parameters, Settings settings, Duration time)
            throws IOException, InterruptedException {
        try (ScratchDirectory directory = ScratchDirectory.in(settings.directory(), "jmh")) {
            Path result = directory.path().resolve("result.json");
            Path log = directory.path().resolve("log");
            List<String> command =
                    build.java(List.of(), "org.openjdk.jmh.Main", arguments(name, parameters, settings, time, result));
            Process process = new ProcessBuilder(command)
                    .directory(directory.path().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                int status = process.waitFor();
                if (status != 0 || !Files.exists(result)) {
                    throw new IOException("JMH ended with status " + status + ": " + String.join(" ", command) + "\n"
                            + Files.readString(log, StandardCharsets.UTF_8));
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
            }
            return score(new ObjectMapper().readTree(result.toFile()), name);
        }
    }

    /** The score in operations a second. */
    static double score(JsonNode results, String name) throws IOException {
        if (results.size() != 1) {
            throw new IOException("JMH ran " + results.size() + " benchmarks with the name " + name + " instead of 1");
        }
        JsonNode metric = results.path(0).path("primaryMetric");
        if (!metric.path("scoreUnit").asText().equals("ops/s")) {
            throw new IOException(
                    name + " has the unit " + metric.path("scoreUnit").asText() + " instead of ops/s");
        }
        return metric.path("score").asDouble();
    }

    private static List<String> arguments(
            String name, Map<String, String> parameters, Settings settings, Duration time, Path result) {
        List<String> arguments = new ArrayList<>(List.of(
                "^" + name.replace(".", "\\.").replace("$", "\\$") + "(\\.|$)",
                "-f",
                "1",
                "-wi",
                "1",
                "-i",
                "1",
                "-foe",
                "true",
                "-w",
                settings.warmUp().toMillis() + "ms",
                "-r",
                time.toMillis() + "ms",
                "-rf",
                "json",
                "-rff",
                result.toString()));
        new TreeMap<>(parameters).forEach((key, value) -> arguments.addAll(List.of("-p", key + "=" + value)));
        return arguments;
    }
}
