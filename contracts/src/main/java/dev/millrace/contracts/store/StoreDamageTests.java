package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A damaged record is handed out as damaged, wherever it is read, and the records around it are whole. */
interface StoreDamageTests extends StoreSubject {
    StreamKey DAMAGED = stream("/damaged");

    /** Stores three events with keys, and damages the second one; false if the store cannot be damaged. */
    private boolean isDamaged() {
        for (int i = 1; i <= 3; i++) {
            String key = "key-" + i;
            commit(draft -> append(draft, DAMAGED, "said", key));
        }
        return damage(DAMAGED, 2);
    }

    private static void assertSecondDamaged(List<EventRecord> records) {
        assertThat(records).extracting(EventRecord::offset).containsExactly(1L, 2L, 3L);
        assertThat(records).extracting(EventRecord::isDamaged).containsExactly(false, true, false);
        EventRecord second = records.get(1);
        assertThat(second.type()).isEqualTo("said");
        assertThat(second.createdAt()).isEqualTo(EPOCH);
        assertThat(second.idempotencyKey()).contains("key-2");
    }

    @Test
    default void should_tell_that_a_record_is_damaged_and_read_the_others() {
        if (!isDamaged()) {
            return;
        }

        assertSecondDamaged(all(DAMAGED));
        assertSecondDamaged(store().read(DAMAGED, new RecordRange(0, Long.MAX_VALUE, Set.of("said"), 10, false)));
        if (survivesReopen()) {
            reopened();
            assertSecondDamaged(all(DAMAGED));
        }
    }

    @Test
    default void should_tell_that_a_record_found_by_its_key_is_damaged() {
        if (!isDamaged()) {
            return;
        }

        assertThat(store().find(DAMAGED, "key-2").orElseThrow().isDamaged()).isTrue();
        assertThat(store().find(DAMAGED, "key-3").orElseThrow().isDamaged()).isFalse();
        assertThat(store().facts().find(DAMAGED, "key-2").orElseThrow().isDamaged())
                .isTrue();
    }

    @Test
    default void should_say_the_stream_of_a_damaged_record_of_a_subtree() {
        if (!isDamaged()) {
            return;
        }

        EventStore.SubtreePage page = store().readSubtree(stream("/"), 0, store().lastPosition(), 10, Long.MAX_VALUE);

        assertSecondDamaged(page.records());
        assertThat(page.records()).extracting(EventRecord::path).containsOnly(DAMAGED.path());
    }

    @Test
    default void should_keep_the_copy_of_a_damaged_record_damaged() {
        if (!isDamaged()) {
            return;
        }
        StreamKey target = stream("/copy");

        commit(draft -> {
            append(draft, target, "said");
            draft.add(new Change.Copy(target, DAMAGED, 1, 3, false));
        });

        assertSecondDamaged(all(target));
    }
}
