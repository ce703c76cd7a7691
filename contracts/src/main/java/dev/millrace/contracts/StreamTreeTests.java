package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.event;
import static dev.millrace.contracts.EventStreamsSubject.eventually;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.paused;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscription;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the stream tree: a new stream is recorded in all streams above it; streams are listed and destroyed. */
interface StreamTreeTests extends EventStreamsSubject {
    @Test
    default void should_announce_a_new_stream_to_everything_above_it_once() {
        EventStreams streams = subject(freshProject());
        StreamPath leaf = StreamPath.of("/a/b/c/d");

        get(streams.append(leaf, said("hi")));
        get(streams.append(leaf, said("again")));

        eventually().untilAsserted(() -> {
            assertThat(announced(streams, "/")).containsExactlyInAnyOrder("/a", "/a/b", "/a/b/c", "/a/b/c/d");
            assertThat(announced(streams, "/a")).containsExactlyInAnyOrder("/a/b", "/a/b/c", "/a/b/c/d");
            assertThat(announced(streams, "/a/b/c")).containsExactly("/a/b/c/d");
        });
        get(streams.append(leaf, said("and again")));
        get(streams.append(StreamPath.of("/a/b/c/e"), said("hi")));
        eventually()
                .untilAsserted(() ->
                        assertThat(announced(streams, "/a/b/c")).containsExactlyInAnyOrder("/a/b/c/d", "/a/b/c/e"));
        assertThat(announced(streams, "/")).doesNotHaveDuplicates();
        assertThat(announced(streams, "/a/b/c/d")).isEmpty();
    }

    @Test
    default void should_announce_to_a_paused_stream() {
        StreamPath path = fresh();
        append(path, paused());

        append(path.resolve("./child"), said("hi"));

        eventually()
                .untilAsserted(() ->
                        assertThat(get(subject().state(path)).childPaths()).containsExactly(path.resolve("./child")));
    }

    @Test
    default void should_know_its_children_in_the_order_of_their_announcement() {
        StreamPath path = fresh();
        for (String child : List.of("./zoe", "./ann", "./ann/deep")) {
            StreamPath below = path.resolve(child);
            append(below, said("hi"));
            eventually()
                    .untilAsserted(
                            () -> assertThat(announced(subject(), path.value())).contains(below.value()));
        }
        String type = BuiltInType.CHILD_STREAM_CREATED.type();
        append(path, event(type, "{\"childPath\":\"" + path + "/ann\"}"));
        append(path, event(type, "{\"childPath\":\"" + path + "/told\"}"));

        assertThat(get(subject().state(path)).childPaths())
                .containsExactly(path.resolve("./zoe"), path.resolve("./ann"), path.resolve("./told"));
    }

    @Test
    default void should_list_a_stream_and_everything_below_it_newest_first() {
        EventStreams streams = subject(freshProject());
        for (String path : List.of("/a/b", "/c", "/a/b/deep/deeper")) {
            get(streams.append(StreamPath.of(path), said("hi")));
        }

        eventually().untilAsserted(() -> {
            assertThat(listed(streams, "/"))
                    .containsExactlyInAnyOrder("/", "/a", "/a/b", "/c", "/a/b/deep", "/a/b/deep/deeper");
            assertThat(listed(streams, "/a/b")).containsExactlyInAnyOrder("/a/b", "/a/b/deep", "/a/b/deep/deeper");
        });
        assertThat(get(streams.list(StreamPath.root())))
                .isSortedAccordingTo(
                        Comparator.comparing(StreamSummary::createdAt).reversed());
        assertThat(get(streams.list(StreamPath.root())))
                .allSatisfy(summary -> assertThat(summary.createdAt()).isAfter("2020-01-01T00:00:00Z"));
    }

    @Test
    default void should_create_nothing_by_listing_or_destroying() {
        EventStreams streams = subject(freshProject());
        StreamPath path = StreamPath.of("/untouched");

        assertThat(get(streams.list(path))).isEmpty();
        assertThat(get(streams.destroy(path, true)).finalStates()).isEmpty();
        assertThat(get(streams.list(path))).isEmpty();
        assertThat(get(streams.list(StreamPath.root()))).isEmpty();
    }

    @Test
    default void should_answer_a_destroy_with_the_last_state() {
        StreamPath path = fresh();
        StreamPath sibling = fresh();
        append(path, event(BuiltInType.METADATA_UPDATED.type(), "{\"metadata\":{\"mood\":\"good\"}}"));
        given(sibling, 1);

        DestroyResult destroyed = get(subject().destroy(path, false));

        assertThat(destroyed.count()).isEqualTo(1);
        assertThat(destroyed.finalStates()).containsOnlyKeys(path);
        assertThat(destroyed.finalStates().get(path)).satisfies(state -> {
            assertThat(state.eventCount()).isEqualTo(2);
            assertThat(state.metadata().path("mood").textValue()).isEqualTo("good");
        });
        assertThat(get(subject().destroy(path, false)).count()).isZero();
        assertThat(history(sibling)).hasSize(2);
    }

    @Test
    default void should_begin_a_new_incarnation_after_a_destroy() {
        StreamPath path = fresh();
        append(path, said("hi", "key"));
        append(path, paused());
        String before = incarnation(path);

        get(subject().destroy(path, false));

        var appended = append(path, said("hi", "key"));
        assertThat(appended.offset()).isEqualTo(2);
        assertThat(appended.replayed()).isFalse();
        assertThat(history(path)).extracting(Event::offset).containsExactly(1L, 2L);
        assertThat(incarnation(path)).isNotBlank().isNotEqualTo(before);
    }

    @Test
    default void should_list_a_destroyed_stream_and_announce_its_next_incarnation() {
        StreamPath path = fresh();
        StreamPath child = path.resolve("./child");
        append(child, said("hi"));
        eventually()
                .untilAsserted(
                        () -> assertThat(announced(subject(), path.value())).containsExactly(child.value()));

        get(subject().destroy(child, false));

        assertThat(listed(subject(), path.value())).contains(child.value());
        append(child, said("back"));
        eventually()
                .untilAsserted(() ->
                        assertThat(announced(subject(), path.value())).containsExactly(child.value(), child.value()));
        assertThat(get(subject().state(path)).childPaths()).containsExactly(child);
        assertThat(listed(subject(), path.value())).containsExactlyInAnyOrder(path.value(), child.value());
    }

    @Test
    default void should_destroy_the_streams_below_only_when_asked() {
        StreamPath path = fresh();
        StreamPath child = path.resolve("./child");
        StreamPath deep = path.resolve("./child/deep");
        append(deep, said("hi"));
        eventually().untilAsserted(() -> {
            assertThat(get(subject().state(path)).childPaths()).containsExactly(child);
            assertThat(get(subject().state(child)).childPaths()).containsExactly(deep);
        });

        assertThat(get(subject().destroy(child, false)).finalStates()).containsOnlyKeys(child);
        assertThat(history(deep)).hasSize(2);
        append(child, said("hi"));
        append(deep.resolve("./er"), said("hi"));
        eventually()
                .untilAsserted(() ->
                        assertThat(get(subject().state(child)).childPaths()).containsExactly(deep));

        assertThat(get(subject().destroy(path, true)).finalStates())
                .containsOnlyKeys(path, child, deep, deep.resolve("./er"));
        assertThat(history(deep)).hasSize(1);
    }

    @Test
    default void should_destroy_a_root() {
        EventStreams streams = subject(freshProject());
        get(streams.append(StreamPath.of("/a"), said("hi")));
        eventually().untilAsserted(() -> assertThat(announced(streams, "/")).containsExactly("/a"));

        DestroyResult destroyed = get(streams.destroy(StreamPath.root(), true));

        assertThat(destroyed.finalStates()).containsOnlyKeys(StreamPath.root(), StreamPath.of("/a"));
        assertThat(get(streams.list(StreamPath.root()))).isEmpty();
    }

    private String incarnation(StreamPath path) {
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            eventually().until(recordingSubscriber::isCaughtUp);
        }
        return recordingSubscriber.connected().incarnation();
    }

    private static List<String> announced(EventStreams streams, String path) {
        return get(streams.read(StreamPath.of(path), ReadRange.all())).stream()
                .filter(event -> BuiltInType.CHILD_STREAM_CREATED.matches(event.type()))
                .map(event -> event.payloadJson().path("childPath").asText(""))
                .toList();
    }

    private static List<String> listed(EventStreams streams, String path) {
        return get(streams.list(StreamPath.of(path))).stream()
                .map(summary -> summary.path().value())
                .toList();
    }
}
