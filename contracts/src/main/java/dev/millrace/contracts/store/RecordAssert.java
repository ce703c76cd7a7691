package dev.millrace.contracts.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.spi.EventRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Compares records by content; {@code equals} of the records would compare their arrays by identity. */
final class RecordAssert {
    private RecordAssert() {}

    private record Content(EventRecord header, String body) {
        private static final byte[] NONE = {};

        static Content of(EventRecord record) {
            return new Content(record.withBody(NONE), new String(record.body(), StandardCharsets.UTF_8));
        }
    }

    static void assertSame(EventRecord actual, EventRecord expected) {
        assertThat(Content.of(actual)).isEqualTo(Content.of(expected));
    }

    static void assertSame(List<EventRecord> actual, List<EventRecord> expected) {
        assertThat(actual.stream().map(Content::of))
                .containsExactlyElementsOf(expected.stream().map(Content::of).toList());
    }
}
