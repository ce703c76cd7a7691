package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.event;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static dev.millrace.contracts.EventStreamsSubject.unlimited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
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

/** Tests of reads and state: a read returns exactly the events of its range; the state includes all events. */
interface ReadTests extends EventStreamsSubject {
    @Test
    default void should_create_a_stream_by_reading_it() {
        StreamPath path = fresh();

        List<Event> events = history(path);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo(BuiltInType.INITIALIZED.type());
        assertThat(history(path)).isEqualTo(events);
    }

    @Test
    default void should_read_between_exclusive_bounds() {
        StreamPath path = fresh();
        given(path, 5);

        assertThat(offsets(path, ReadRange.after(2))).containsExactly(3L, 4L, 5L, 6L);
        assertThat(offsets(
                        path, ReadRange.builder().afterOffset(1).beforeOffset(4).build()))
                .containsExactly(2L, 3L);
        assertThat(offsets(path, ReadRange.builder().beforeOffset(3).build())).containsExactly(1L, 2L);
    }

    @Test
    default void should_return_all_events_if_the_bound_is_beyond_the_end() {
        StreamPath path = fresh();
        given(path, 2);

        assertThat(offsets(path, ReadRange.builder().beforeOffset(1_000).build()))
                .containsExactly(1L, 2L, 3L);
        assertThat(offsets(path, ReadRange.after(3))).isEmpty();
        assertThat(offsets(path, ReadRange.after(1_000))).isEmpty();
    }

    @Test
    default void should_read_the_newest_first_when_asked() {
        StreamPath path = fresh();
        given(path, 5);

        assertThat(offsets(path, ReadRange.builder().descending(true).limit(2).build()))
                .containsExactly(6L, 5L);
    }

    @Test
    default void should_compare_types_as_they_were_written() {
        StreamPath path = fresh();
        String other = "events.iterate.com/core/error-occurred";
        append(path, said("hi"));
        append(path, event(other, "{\"message\":\"m\"}"));
        append(path, event(BuiltInType.ERROR_OCCURRED.type(), "{\"message\":\"m\"}"));
        append(path, event("Said", "{}"));

        assertThat(offsets(path, ReadRange.builder().addTypes("said", other).build()))
                .containsExactly(2L, 3L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 77, -20_260_412})
    default void should_agree_with_a_naive_reader_on_every_range(long seed) {
        Random random = new Random(seed);
        StreamPath path = fresh();
        List<String> types = List.of("said", "heard", "thought,aloud", "a b&c=d+e/ü%", BuiltInType.INITIALIZED.type());
        for (int i = 0; i < 40; i++) {
            append(path, event(types.get(random.nextInt(4)), "{\"n\":" + i + "}"));
        }
        List<Event> all = history(path);
        for (int round = 0; round < 60; round++) {
            ReadRange range = range(random, types);

            assertThat(get(subject().read(path, range))).as("%s", range).isEqualTo(naive(all, range));
        }
    }

    private static ReadRange range(Random random, List<String> types) {
        Set<String> wanted = new HashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String type = types.get(random.nextInt(types.size()));
            if (!type.contains(",")) { // the wire separates types by commas
                wanted.add(type);
            }
        }
        ReadRange.Builder range = ReadRange.builder()
                .afterOffset(random.nextInt(45))
                .types(wanted)
                .descending(random.nextBoolean());
        if (random.nextBoolean()) {
            range.beforeOffset(1 + random.nextInt(45));
        }
        if (random.nextBoolean()) {
            range.limit(1 + random.nextInt(20));
        }
        return range.build();
    }

    private static List<Event> naive(List<Event> all, ReadRange range) {
        List<Event> sorted = new ArrayList<>(all);
        if (range.descending()) {
            sorted.sort(Collections.reverseOrder(Comparator.comparing(Event::offset)));
        }
        return sorted.stream()
                .filter(event -> event.offset() > range.afterOffset())
                .filter(event -> event.offset() < range.beforeOffset().orElse(Long.MAX_VALUE))
                .filter(event -> range.types().isEmpty() || range.types().contains(event.type()))
                .limit(range.limit().orElse(Integer.MAX_VALUE))
                .toList();
    }

    @Test
    default void should_read_a_long_log_whole() {
        StreamPath path = fresh();
        append(path, unlimited());
        for (int i = 0; i < 5; i++) {
            given(path, 500);
        }

        assertThat(history(path))
                .extracting(Event::offset)
                .hasSize(2_502)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(get(subject().read(path, ReadRange.builder().limit(2_000).build())))
                .hasSize(2_000);
    }

    @Test
    default void should_keep_projects_apart() {
        StreamPath path = fresh();
        ProjectSlug mine = freshProject();
        get(subject(mine).append(path, said("mine", "key")));

        assertThat(append(path, said("ours", "key")).replayed()).isFalse();
        List<Event> events = get(subject(mine).read(path, ReadRange.all()));
        assertThat(events).hasSize(2);
        assertThat(events.get(0).payloadJson().path("projectSlug").textValue()).isEqualTo(mine.value());
        assertThat(events.get(1).payloadJson().path("text").textValue()).isEqualTo("mine");
        assertThat(get(subject(mine).state(path)).projectSlug()).isEqualTo(mine);
    }

    @Test
    default void should_compute_the_state_of_a_new_stream() {
        StreamPath path = fresh();

        StreamState state = get(subject().state(path));

        assertThat(state.path()).isEqualTo(path);
        assertThat(state.projectSlug()).isEqualTo(ProjectSlug.defaultProject());
        assertThat(state.eventCount()).isEqualTo(1);
        assertThat(state.childPaths()).isEmpty();
        assertThat(state.metadata().isObject()).isTrue();
        assertThat(state.metadata()).isEmpty();
        assertThat(history(path)).hasSize(1);
    }

    @Test
    default void should_replace_metadata_as_a_whole() {
        StreamPath path = fresh();
        String type = BuiltInType.METADATA_UPDATED.type();
        append(path, event(type, "{\"metadata\":{\"a\":1,\"b\":2}}"));
        append(path, event(type, "{\"metadata\":{\"b\":3}}"));

        StreamState state = get(subject().state(path));

        assertThat(state.eventCount()).isEqualTo(3);
        assertThat(state.metadata().toString()).isEqualTo("{\"b\":3}");
    }

    @Test
    default void should_see_every_acknowledged_append_in_the_state() {
        StreamPath path = fresh();
        for (int i = 0; i < 10; i++) {
            long offset = append(path, said("event " + i)).offset();

            assertThat(get(subject().state(path)).eventCount()).isEqualTo(offset);
        }
    }

    private List<Long> offsets(StreamPath path, ReadRange range) {
        return get(subject().read(path, range)).stream().map(Event::offset).toList();
    }
}
