package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.internal.append.PagedLogReader;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PagedLogReaderTest {
    private static final StreamKey A = new StreamKey(PUBLIC, path("/a"));

    private final EngineFixture fixture = new EngineFixture();

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void should_stop_at_the_head_it_began_with() {
        fill();
        StreamHead head = get(fixture.engine.touch(PUBLIC, A.path()));
        List<Long> seen = new ArrayList<>();

        scan(head).forEach(RecordRange.after(0, Integer.MAX_VALUE), record -> {
            if (seen.isEmpty()) {
                fill();
            }
            seen.add(record.offset());
        });

        assertThat(seen).hasSize(301).endsWith(301L);
    }

    @Test
    void should_not_leak_from_one_life_of_a_stream_into_the_next() {
        fill();
        StreamHead head = get(fixture.engine.touch(PUBLIC, A.path()));
        List<Long> seen = new ArrayList<>();

        scan(head).forEach(RecordRange.after(0, Integer.MAX_VALUE), record -> {
            if (seen.isEmpty()) {
                get(fixture.engine.destroy(PUBLIC, A.path(), false));
                fill();
            }
            seen.add(record.offset());
        });

        assertThat(seen)
                .as("records of the page that was read before the destroy")
                .hasSize(128);
    }

    private PagedLogReader scan(StreamHead head) {
        return new PagedLogReader(fixture.engine.parts().store(), A, head);
    }

    private void fill() {
        get(fixture.send("/a", Collections.nCopies(300, "{'type':'t'}").toArray(String[]::new)));
    }
}
