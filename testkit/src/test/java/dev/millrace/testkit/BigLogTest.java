package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long logs, in a process with a small heap: 50,000 events, or a million with {@code -Dmillrace.long=true}. */
class BigLogTest {
    private static final int EVENTS = Boolean.getBoolean("millrace.long") ? 1_000_000 : 50_000;

    @TempDir
    Path directory;

    @Test
    void should_stream_a_log_that_does_not_fit_into_memory() throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx20m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BigLog.class.getName(),
                        directory.resolve("big.yaml").toString(),
                        String.valueOf(EVENTS))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(20, TimeUnit.MINUTES)).as("it ended").isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(output).content().isEqualToNormalizingNewlines("documents " + EVENTS + "\nlist " + EVENTS + "\n");
        assertThat(process.exitValue()).isZero();
    }
}
