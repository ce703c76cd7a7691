package dev.millrace.engine.internal.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecentRecordsTest {
    private final RecentRecords recent = new RecentRecords();

    private static EventRecord record(long offset) {
        return new EventRecord(
                offset,
                StreamPath.of("/a"),
                offset,
                Instant.EPOCH,
                "t",
                Optional.empty(),
                "\"type\":\"t\",\"payload\":{}".getBytes(UTF_8));
    }

    private Event event(long offset) {
        return recent.after(offset - 1, 1).orElseThrow().get(0).event();
    }

    @Test
    void should_give_the_same_event_to_as_many_readers_as_there_are() {
        recent.add(List.of(record(1), record(2)), 3);
        Event first = event(1);

        assertThat(event(1)).isSameAs(first);
        assertThat(event(1)).isSameAs(first);
        assertThat(event(1)).as("for a fourth reader").isNotSameAs(first).isEqualTo(first);
        assertThat(event(2).offset()).isEqualTo(2);
    }

    @Test
    void should_keep_no_event_for_a_single_reader() {
        recent.add(List.of(record(1)), 1);

        assertThat(event(1)).isNotSameAs(event(1)).isEqualTo(event(1));
    }

    @Test
    void should_know_only_the_newest_records() {
        recent.add(List.of(record(1)), 0);
        for (long offset = 2; offset <= 257; offset++) {
            recent.add(List.of(record(offset)), 0);
        }

        assertThat(recent.after(0, 10)).isEmpty();
        assertThat(recent.after(1, 10).orElseThrow())
                .extracting(entry -> entry.record().offset())
                .startsWith(2L)
                .hasSize(10);
        assertThat(recent.after(257, 10).orElseThrow()).isEmpty();
    }
}
