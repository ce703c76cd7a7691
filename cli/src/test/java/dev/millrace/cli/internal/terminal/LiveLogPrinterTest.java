package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Events;
import dev.millrace.cli.Screen;
import dev.millrace.core.Event;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveLogPrinterTest {
    private static final LogLineFormatter LINE = new LogLineFormatter(ZoneOffset.UTC, 70);

    @Test
    void should_let_the_chunks_of_a_reply_grow_into_one_text_for_a_person() {
        Screen screen = Screen.window(70);
        LiveLogPrinter log = new LiveLogPrinter(screen.terminal(), LINE, true);

        log.write(chunk(5, 0, "text", "50 - 8"));
        assertThat(screen.out()).isEqualTo("    5  12:00:00.250  llm-chunk-added           50 - 8");
        log.write(chunk(6, 0, "text", " is\n42."));
        log.write(Events.event(7, new RequestLost(4, Optional.empty())));

        assertThat(screen.out()).isEqualTo("""
                            5  12:00:00.250  llm-chunk-added           50 - 8 is
                               42.
                            7  12:00:00.250  llm-request-lost          {"requestId":4}
                        """);
    }

    @Test
    void should_begin_a_new_text_for_another_item_kind_or_request() {
        Screen screen = Screen.window(70);
        LiveLogPrinter log = new LiveLogPrinter(screen.terminal(), LINE, true);

        log.write(chunk(5, 0, "reasoning", "hm"));
        log.write(chunk(6, 0, "text", "a"));
        log.write(chunk(7, 1, "text", "b"));
        log.end();
        log.end();

        assertThat(screen.out().lines().map(line -> line.substring(47))).containsExactly("hm", "a", "b");
        assertThat(screen.out()).endsWith("b" + System.lineSeparator());
    }

    @Test
    void should_keep_control_characters_of_the_model_from_the_terminal() {
        Screen screen = Screen.window(70);
        LiveLogPrinter log = new LiveLogPrinter(screen.terminal(), LINE, true);

        log.write(chunk(5, 0, "text", "\u001b[2J"));

        assertThat(screen.out()).doesNotContain("\u001b").endsWith("\uFFFD[2J");
    }

    @Test
    void should_print_every_chunk_as_an_event_in_a_pipe() {
        Screen screen = Screen.pipe();
        LiveLogPrinter log =
                new LiveLogPrinter(screen.terminal(), new LogLineFormatter(ZoneOffset.UTC, Terminal.UNLIMITED), false);

        log.write(chunk(5, 0, "text", "50"));
        log.write(chunk(6, 0, "text", " - 8"));

        assertThat(screen.out().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("llm-chunk-added") && line.endsWith("}"));
    }

    private static Event chunk(long offset, int output, String kind, String text) {
        return Events.event(offset, new ChunkAdded(4, output, kind, text, offset, offset));
    }
}
