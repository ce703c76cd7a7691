package dev.millrace.processors.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program that makes its first tool. */
@Timeout(60)
class QuietStartTest {
    record Arguments(String text) {}

    @Test
    void should_print_nothing_for_a_program_without_a_logging_library() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuietStartTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(printed).contains("made echo").doesNotContain("SLF4J");
        assertThat(program.exitValue()).isZero();
    }

    /** The program. */
    public static void main(String[] arguments) {
        Tool<Arguments> tool = Tool.of("echo", Arguments.class, Arguments::text);
        System.out.println("made " + tool.name() + " " + System.getProperty("slf4j.internal.verbosity", "unchanged"));
    }
}
