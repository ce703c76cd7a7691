package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Checks of state, the stream tree, lists and destruction, over HTTP.
 *
 * @since 0.1
 */
public abstract class StateChecks extends WireChecks {
    @Test
    void check_44_the_state_of_an_unused_path_is_that_of_a_new_stream() {
        String stream = freshStream();
        JsonNode state = state(stream);

        assertThat(state.path("projectSlug").textValue()).isEqualTo("public");
        assertThat(state.path("path").textValue()).isEqualTo(stream);
        assertThat(state.path("eventCount").intValue()).isEqualTo(1);
        assertThat(state.path("childPaths")).isEqualTo(JsonCodec.parse("[]"));
        assertThat(state.path("metadata")).isEqualTo(JsonCodec.parse("{}"));
        assertThat(state.path("processors").isObject()).isTrue();
        for (String alias : List.of("/api/__state", "/api/stream-state")) {
            assertThat(millrace.get(alias + stream).json()).isEqualTo(state);
        }
    }

    @Test
    void check_45_metadata_is_replaced_as_a_whole() {
        String stream = freshStream();
        for (String metadata : List.of("{\"a\":1}", "{\"b\":[2.50]}")) {
            millrace.append(
                    stream,
                    "{\"type\":\"" + BuiltInType.METADATA_UPDATED.type() + "\",\"payload\":{\"metadata\":" + metadata
                            + "}}");
        }
        assertThat(state(stream).path("metadata")).isEqualTo(JsonCodec.parse("{\"b\":[2.50]}"));
    }

    @Test
    void check_46_a_first_append_announces_every_new_path_to_every_ancestor() {
        String project = "X-Project-Slug";
        millrace.append("/a/b/c/d", "{\"type\":\"a\"}", project, "tree");

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> children("/", "tree").containsAll(List.of("/a", "/a/b", "/a/b/c", "/a/b/c/d")));
        assertThat(children("/a/b/c", "tree")).containsExactly("/a/b/c/d");
        assertThat(millrace.get(stateOf("/a"), project, "tree").json().path("childPaths"))
                .isEqualTo(JsonCodec.parse("[\"/a/b\"]"));
    }

    @Test
    void check_47_a_second_append_announces_nothing() {
        String project = "X-Project-Slug";
        millrace.append("/a/b", "{\"type\":\"a\"}", project, "quiet");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> children("/", "quiet").containsAll(List.of("/a", "/a/b")));
        String before = millrace.history("/", project, "quiet").body();

        millrace.append("/a/b", "{\"type\":\"b\"}", project, "quiet");

        assertThat(millrace.history("/", project, "quiet").body()).isEqualTo(before);
        assertThat(children("/a", "quiet")).containsExactly("/a/b");
    }

    @Test
    void check_48_callers_may_announce_children_and_duplicates_count_once() {
        String stream = freshStream();
        String child = "{\"type\":\"" + BuiltInType.CHILD_STREAM_CREATED.type() + "\",\"payload\":{\"childPath\":\""
                + stream + "/x/y\"}}";
        assertThat(millrace.append(stream, child).number("/event/offset")).isEqualTo(2);
        assertThat(millrace.append(stream, child).number("/event/offset")).isEqualTo(3);
        assertThat(state(stream).path("childPaths")).isEqualTo(JsonCodec.parse("[\"" + stream + "/x\"]"));
    }

    @Test
    void check_49_a_second_initialized_is_refused() {
        Answer answer = millrace.append(
                freshStream(),
                "{\"type\":\"" + BuiltInType.INITIALIZED.type()
                        + "\",\"payload\":{\"projectSlug\":\"public\",\"path\":\"/\"}}");
        answer.expect(400);
        assertThat(answer.body()).contains("stream-initialized may only be appended once");
    }

    @Test
    void check_50_the_list_is_sorted_newest_first_and_creates_nothing() {
        String stream = freshStream();
        String[] here = {"X-Project-Slug", "list"}; // only this check creates streams in this project
        assertThat(millrace.get("/api/streams/__children" + stream, here).json())
                .isEqualTo(JsonCodec.parse("[]"));
        assertThat(millrace.get("/api/__list" + stream, here).json()).isEmpty();
        millrace.get(stateOf(stream) + "?create=false", here).expect(404);

        for (String made : List.of(freshStream(), freshStream(), stream)) {
            millrace.append(made, "{\"type\":\"a\"}", here);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listed("/api/streams", here).containsAll(List.of("/", stream)));
        JsonNode list = millrace.get("/api/streams", here).json();
        assertThat(list.findValuesAsText("createdAt")).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(millrace.get("/api/__list/%2F", here).json()).isEqualTo(list);
        millrace.get(stateOf(stream) + "?create=false", here).expect(200);
    }

    @Test
    void check_51_destroy_answers_with_the_last_state_and_spares_siblings() {
        String stream = freshStream();
        String sibling = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        millrace.append(sibling, "{\"type\":\"a\"}");
        JsonNode before = state(stream);

        JsonNode destroyed = destroy(stream, "");

        assertThat(destroyed.path("destroyedStreamCount").intValue()).isEqualTo(1);
        assertThat(destroyed.path("finalStateByPath").path(stream).path("finalState"))
                .isEqualTo(before);
        assertThat(millrace.history(sibling).offsets()).containsExactly(1L, 2L);
        assertThat(destroy(stream, ""))
                .isEqualTo(JsonCodec.parse("{\"destroyedStreamCount\":0,\"finalStateByPath\":{}}"));
    }

    @Test
    void check_52_a_destroyed_stream_stays_listed_and_begins_again() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        String incarnation = millrace.history(stream).header("Millrace-Incarnation");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listed("/api/streams").contains(stream));
        destroy(stream, "");

        assertThat(listed("/api/streams")).contains(stream);
        assertThat(millrace.append(stream, "{\"type\":\"a\"}").number("/event/offset"))
                .isEqualTo(2);
        assertThat(millrace.history(stream).header("Millrace-Incarnation")).isNotEqualTo(incarnation);
    }

    @Test
    void check_53_the_subtree_is_destroyed_only_if_requested() {
        String stream = freshStream();
        millrace.append(stream + "/x/y", "{\"type\":\"a\"}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> state(stream).path("childPaths").size() == 1);

        assertThat(destroy(stream + "/x", "?destroyChildren=false")
                        .path("destroyedStreamCount")
                        .intValue())
                .isEqualTo(1);
        millrace.get(stateOf(stream + "/x/y") + "?create=false").expect(200);
        millrace.append(stream + "/x/z", "{\"type\":\"a\"}");
        assertThat(destroy(stream, "?destroyChildren=true")
                        .path("finalStateByPath")
                        .fieldNames())
                .toIterable()
                .contains(stream, stream + "/x", stream + "/x/z");
        millrace.get(stateOf(stream + "/x/z") + "?create=false").expect(404);
        millrace.send("DELETE", api(stream) + "?destroyChildren=maybe", "").expect(400);
    }

    @Test
    void check_54_destroy_ends_live_reads_normally() {
        String stream = freshStream();
        LiveReadClient reader = millrace.follow(stream).awaitOffset(1);

        destroy(stream, "");

        assertThat(reader.awaitEnd().end()).isEqualTo("normal");
        assertThat(reader.lines()).noneMatch(line -> line.contains("error") || line.contains("destroyed"));
    }

    @Test
    void should_report_the_destroy_to_readers_with_caught_up() {
        String stream = freshStream();
        LiveReadClient reader = millrace.live(api(stream) + "?caughtUp=true").awaitLine("caught-up");
        destroy(stream, "");
        assertThat(reader.awaitEnd().lines()).contains("event: destroyed");
        assertThat(reader.end()).isEqualTo("normal");
    }

    private JsonNode state(String stream) {
        return millrace.get(stateOf(stream)).json();
    }

    private JsonNode destroy(String stream, String query) {
        return millrace.send("DELETE", api(stream) + query, "").json();
    }

    private List<String> listed(String target, String... headers) {
        return millrace.get(target, headers).json().findValuesAsText("path");
    }

    private List<String> children(String stream, String project) {
        return millrace.history(stream, "X-Project-Slug", project).events().stream()
                .filter(event -> BuiltInType.CHILD_STREAM_CREATED.matches(
                        event.path("type").textValue()))
                .flatMap(event -> Stream.of(event.at("/payload/childPath").textValue()))
                .toList();
    }
}
