package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Events;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LogLineFormatterTest {
    @Test
    void should_show_offset_time_type_and_payload() {
        LogLineFormatter line = new LogLineFormatter(ZoneOffset.UTC, Terminal.UNLIMITED);

        assertThat(line.of(Events.event(7, "user-said", "{\"text\": \"hi\"}")))
                .isEqualTo("    7  12:00:00.250  user-said                 {\"text\":\"hi\"}");
    }

    @Test
    void should_show_the_time_of_the_readers_zone() {
        LogLineFormatter line = new LogLineFormatter(ZoneId.of("Asia/Kolkata"), Terminal.UNLIMITED);

        assertThat(line.of(Events.event(7, "a", "{}"))).startsWith("    7  17:30:00.250  a ");
    }

    @Test
    void should_clip_to_the_width_of_the_window() {
        LogLineFormatter line = new LogLineFormatter(ZoneOffset.UTC, 60);

        assertThat(line.of(Events.event(123456, "user-said", "{\"text\": \"a sentence that goes on\"}")))
                .isEqualTo("123456  12:00:00.250  user-said                 {\"text\":\"a …")
                .hasSize(60);
    }

    @Test
    void should_keep_control_characters_of_types_and_payloads_from_the_terminal() {
        LogLineFormatter line = new LogLineFormatter(ZoneOffset.UTC, Terminal.UNLIMITED);

        assertThat(line.of(Events.event(1, "a\u001b[2J\n", "{\"text\": \"\\u001b[2J\\u009b\"}")))
                .doesNotContain("\u001b", "\u009b", "\n");
    }
}
