package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.RecordAssert.assertSame;
import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of ranges: a read returns exactly the records of its range. */
interface StoreRangeTests extends StoreSubject {
    StreamKey LOG = stream("/ranges/log");

    @Test
    default void should_read_after_an_offset_up_to_a_limit() {
        given(LOG, "said", 10);

        assertThat(store().read(LOG, RecordRange.after(3, 4)))
                .extracting(EventRecord::offset)
                .containsExactly(4L, 5L, 6L, 7L);
    }

    @Test
    default void should_read_the_newest_first_when_asked() {
        given(LOG, "said", 10);

        assertThat(store().read(LOG, new RecordRange(3, 8, Set.of(), 3, true)))
                .extracting(EventRecord::offset)
                .containsExactly(7L, 6L, 5L);
    }

    @Test
    default void should_end_a_page_with_the_record_that_reaches_its_bytes() {
        given(LOG, "said", 10);
        long two = 2L * store().read(LOG, RecordRange.after(0, 1)).get(0).size();

        assertThat(store().read(LOG, RecordRange.after(3, 4).mostBytes(two)))
                .extracting(EventRecord::offset)
                .containsExactly(4L, 5L);
        assertThat(store().read(LOG, RecordRange.after(3, 4).mostBytes(1))).hasSize(1);
    }

    @Test
    default void should_compare_types_as_they_were_written() {
        commit(draft -> {
            append(draft, LOG, "said");
            append(draft, LOG, "Said");
            append(draft, LOG, "said%");
            append(draft, LOG, "säid");
        });

        assertThat(store().read(LOG, new RecordRange(0, Long.MAX_VALUE, Set.of("said", "säid"), 10, false)))
                .extracting(EventRecord::offset)
                .containsExactly(1L, 4L);
    }

    @Test
    default void should_read_nothing_from_a_range_without_records() {
        given(LOG, "said", 3);

        assertThat(store().read(LOG, RecordRange.after(3, 10))).isEmpty();
        assertThat(store().read(LOG, RecordRange.after(Long.MAX_VALUE - 1, 10))).isEmpty();
        assertThat(store().read(LOG, new RecordRange(0, 1, Set.of(), 10, false)))
                .isEmpty();
        assertThat(store().read(LOG, new RecordRange(2, 2, Set.of(), 10, true))).isEmpty();
        assertThat(store().read(LOG, new RecordRange(0, Long.MAX_VALUE, Set.of("heard"), 10, false)))
                .isEmpty();
        assertThat(store().read(stream("/ranges"), RecordRange.after(0, 10))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_260_412, -7})
    default void should_agree_with_a_naive_reader_on_every_range(long seed) {
        Random random = new Random(seed);
        List<String> types = List.of("said", "heard", "thought", "millrace/processor-attached", "ü");
        List<EventRecord> written = new ArrayList<>();
        while (written.size() < 120) {
            commit(draft -> {
                        for (int i = random.nextInt(5); i >= 0; i--) {
                            append(draft, LOG, types.get(random.nextInt(types.size())));
                            append(draft, stream("/ranges/other"), "said");
                        }
                    })
                    .stream()
                    .filter(record -> record.path().equals(LOG.path()))
                    .forEach(written::add);
        }
        for (int round = 0; round < 300; round++) {
            Set<String> wanted = new HashSet<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                wanted.add(types.get(random.nextInt(types.size())));
            }
            RecordRange range = new RecordRange(
                    random.nextInt(130),
                    random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(130),
                    wanted,
                    1 + random.nextInt(random.nextBoolean() ? 10 : 200),
                    random.nextBoolean());

            assertSame(store().read(LOG, range), naive(written, range));
        }
    }

    private static List<EventRecord> naive(List<EventRecord> written, RecordRange range) {
        Comparator<EventRecord> order = Comparator.comparing(EventRecord::offset);
        List<EventRecord> sorted = new ArrayList<>(written);
        sorted.sort(range.descending() ? Collections.reverseOrder(order) : order);
        return sorted.stream()
                .filter(record -> record.offset() > range.afterOffset() && record.offset() < range.beforeOffset())
                .filter(record -> range.types().isEmpty() || range.types().contains(record.type()))
                .limit(range.limit())
                .toList();
    }
}
