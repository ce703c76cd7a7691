package dev.millrace.cli.internal.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Screen;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tools of the demo; the processes of the acceptance tests show the rest. */
@Timeout(120)
class DemoCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void should_show_the_call_of_a_tool() {
        Screen screen = Screen.pipe();

        assertThat(screen.run("demo", "--in-memory", "--port", "0", "--once", "How much disk space is free?"))
                .isZero();

        assertThat(screen.out())
                .containsSubsequence(
                        "tools-offered",
                        "agent-input-added",
                        "tool-call-requested",
                        "tool-call-started",
                        "tool-call-completed",
                        "The tool says: ",
                        "llm-request-completed")
                .containsPattern("[0-9.]+ GB of [0-9.]+ GB are free\\.");
        assertThat(screen.err()).isEmpty();
    }

    @Test
    void should_not_wait_for_an_approval_with_once() {
        Screen screen = Screen.pipe();

        assertThat(screen.run("demo", "--in-memory", "--port", "0", "--once", "Take note: buy milk"))
                .isEqualTo(1);

        assertThat(screen.out()).contains("tool-approval-requested").doesNotContain("tool-call-started");
        assertThat(screen.err())
                .isEqualToIgnoringNewLines("millrace: no answer: the call of take_note waits for an approval;"
                        + " start the demo in a terminal, without --once");
    }

    @Test
    void should_ask_the_person_in_a_terminal() throws Exception {
        try (PipedOutputStream keyboard = new PipedOutputStream()) {
            Screen screen = Screen.window(200, new PipedInputStream(keyboard));
            keyboard.write("n typed before the question\n".getBytes(StandardCharsets.UTF_8));
            Thread demo =
                    new Thread(() -> screen.run("demo", "--in-memory", "--port", "0", "Take note: buy milk"), "demo");
            demo.start();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(screen.out())
                            .contains(
                                    "take_note {\"text\":\"buy milk\"} waits for an approval until ", "empty = later"));

            keyboard.write("y\n".getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(screen.out())
                            .containsSubsequence(
                                    "tool-approval-granted",
                                    "tool-call-completed",
                                    "The tool says: The note is event 2 of the stream /demo/notes."));
            demo.interrupt(); // Ctrl-C ends the process
            demo.join(LIMIT.toMillis());
            assertThat(demo.isAlive()).isFalse();
        }
    }
}
