package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths and projects, as anybody sees them from outside. */
public abstract class PathChecks extends WireChecks {
    @ParameterizedTest
    @ValueSource(
            strings = {"Upper", "a.b", "a%20b", "a//b", "a%2F%2Fb", "a%2F", "..", "a/../b", "%2e%2e/a", "a;b", "a%00"})
    void check_25_what_is_not_a_path_is_refused_with_issues(String path) {
        for (Answer answer : List.of(
                millrace.post("/api/streams/" + path, "{\"type\":\"a\"}"),
                millrace.get("/api/streams/" + path + "?beforeOffset=end"),
                millrace.get("/api/streams/__state/" + path),
                millrace.get("/" + path))) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").textValue()).isEqualTo("BAD_REQUEST");
            assertThat(answer.json().at("/data/issues/0/path/0").textValue()).isIn("path", "request");
        }
    }

    @Test
    void check_26_a_path_has_at_most_1023_characters() {
        String longest = "/" + "p".repeat(1022);
        assertThat(millrace.append(longest, "{\"type\":\"a\"}")
                        .event()
                        .path("streamPath")
                        .textValue())
                .isEqualTo(longest);
        assertThat(millrace.append(longest + "p", "{\"type\":\"a\"}").status()).isEqualTo(400);
    }

    @Test
    void check_27_reserved_names_are_legal_further_down() {
        assertThat(millrace.append("/e2e/__reserved", "{\"type\":\"a\"}").status())
                .isEqualTo(200);
        assertThat(millrace.history("/e2e/__reserved").offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(stateOf("/e2e/__reserved")).json().path("path").textValue())
                .isEqualTo("/e2e/__reserved");
    }

    @Test
    void check_28_raw_and_escaped_spellings_are_one_stream() {
        String stream = freshStream();
        String escaped = stream.substring(1).replace("/", "%2F");
        millrace.append(stream, "{\"type\":\"a\"}");

        String history = millrace.history(stream).body();
        String state = millrace.get(stateOf(stream)).body();
        for (String spelling : List.of(escaped, "%2F" + escaped, escaped.replace("%2F", "%2f") + "/")) {
            assertThat(millrace.get("/api/streams/" + spelling + "?beforeOffset=end")
                            .body())
                    .isEqualTo(history);
            assertThat(millrace.get("/api/streams/__state/" + spelling).body()).isEqualTo(state);
        }
    }

    @Test
    void check_29_a_project_is_a_world_of_its_own() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"ours\"}");
        millrace.append(stream, "{\"type\":\"theirs\"}", "X-Iterate-Project", "team-a");
        millrace.append(stream, "{\"type\":\"theirs\"}", "X-Project-Slug", "team-a");

        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L);
        assertThat(millrace.history(stream, "X-Iterate-Project", "team-a").offsets())
                .containsExactly(1L, 2L, 3L);
        assertThat(millrace.get(stateOf(stream) + "?projectSlug=team-a")
                        .json()
                        .path("projectSlug")
                        .textValue())
                .isEqualTo("team-a");
        assertThat(millrace.get(stateOf(stream)).json().path("eventCount").intValue())
                .isEqualTo(2);
    }

    @Test
    void check_30_a_project_header_of_256_characters_is_refused_and_touches_nothing() {
        String stream = freshStream();
        String slug = "x".repeat(256);
        Answer answer = millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", slug);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("X-Iterate-Project").contains("non-empty string");
        assertThat(millrace.get("/api/streams/__children" + stream).json()).isEmpty();
        assertThat(millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", slug.substring(1))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void check_31_a_path_in_the_body_does_not_redirect_the_append() {
        String stream = freshStream();
        String other = freshStream();
        Answer answer = millrace.append(stream, "{\"event\":{\"type\":\"a\"},\"path\":\"" + other + "\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(millrace.get("/api/streams/__children" + other).json()).isEmpty();
        assertThat(millrace.append(stream, "{\"event\":{\"type\":\"a\"},\"path\":\"" + stream + "\"}")
                        .status())
                .isEqualTo(200);
        assertThat(millrace.get(api(stream) + "?beforeOffset=end&path=" + other).status())
                .isEqualTo(400);
    }

    @Test
    void should_refuse_two_projects_in_one_request() {
        String stream = freshStream();
        Answer answer = millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", "a", "X-Project-Slug", "b");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(millrace.get(api(stream) + "?projectSlug=a", "X-Project-Slug", "b")
                        .status())
                .isEqualTo(400);
        assertThat(millrace.history(stream + "?projectSlug=a&", "X-Project-Slug", "a")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void should_serve_every_stream_under_its_short_url() {
        String stream = freshStream();
        assertThat(millrace.post(stream, "{\"type\":\"a\"}")
                        .event()
                        .path("streamPath")
                        .textValue())
                .isEqualTo(stream);
        assertThat(millrace.get(stream).offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(stream.replace("/", "%2F").replaceFirst("%2F", "/"))
                        .offsets())
                .containsExactly(1L, 2L);
        assertThat(millrace.post("/", "{\"type\":\"a\"}")
                        .event()
                        .path("streamPath")
                        .textValue())
                .isEqualTo("/");
        for (String reserved : List.of("/assets/a", "/docs", "/metrics", "/%61pi/a")) {
            assertThat(millrace.post(reserved, "{\"type\":\"a\"}").status())
                    .as(reserved)
                    .isEqualTo(404);
        }
        assertThat(millrace.append("/docs", "{\"type\":\"a\"}").status()).isEqualTo(200);
        assertThat(millrace.send("DELETE", stream, "").status()).isEqualTo(405);
    }
}
