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

/**
 * Checks of paths and projects, over HTTP.
 *
 * @since 0.1
 */
public abstract class PathChecks extends WireChecks {
    @ParameterizedTest
    @ValueSource(
            strings = {"Upper", "a.b", "a%20b", "a//b", "a%2F%2Fb", "a%2F", "..", "a/../b", "%2e%2e/a", "a;b", "a%00"})
    void check_25_an_invalid_path_is_refused_with_issues(String path) {
        for (Answer answer : List.of(
                millrace.post("/api/streams/" + path, "{\"type\":\"a\"}"),
                millrace.get("/api/streams/" + path + "?beforeOffset=end"),
                millrace.get("/api/streams/__state/" + path),
                millrace.get("/" + path))) {
            answer.expect(400);
            assertThat(answer.text("/code")).isEqualTo("BAD_REQUEST");
            assertThat(answer.text("/data/issues/0/path/0")).isIn("path", "request");
        }
    }

    @Test
    void check_26_a_path_has_at_most_1023_characters() {
        String longest = "/" + "p".repeat(1022);
        assertThat(millrace.append(longest, "{\"type\":\"a\"}").text("/event/streamPath"))
                .isEqualTo(longest);
        millrace.append(longest + "p", "{\"type\":\"a\"}").expect(400);
    }

    @Test
    void check_27_reserved_names_are_legal_further_down() {
        millrace.append("/e2e/__reserved", "{\"type\":\"a\"}").expect(200);
        assertThat(millrace.history("/e2e/__reserved").offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(stateOf("/e2e/__reserved")).text("/path")).isEqualTo("/e2e/__reserved");
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
    void check_29_projects_are_isolated() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"ours\"}");
        millrace.append(stream, "{\"type\":\"theirs\"}", "X-Iterate-Project", "team-a");
        millrace.append(stream, "{\"type\":\"theirs\"}", "X-Project-Slug", "team-a");

        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L);
        assertThat(millrace.history(stream, "X-Iterate-Project", "team-a").offsets())
                .containsExactly(1L, 2L, 3L);
        assertThat(millrace.get(stateOf(stream) + "?projectSlug=team-a").text("/projectSlug"))
                .isEqualTo("team-a");
        assertThat(millrace.get(stateOf(stream)).number("/eventCount")).isEqualTo(2);
    }

    @Test
    void check_30_a_project_header_of_256_characters_is_refused_and_touches_nothing() {
        String stream = freshStream();
        String slug = "x".repeat(256);
        Answer answer = millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", slug);

        answer.expect(400);
        assertThat(answer.body()).contains("X-Iterate-Project").contains("non-empty string");
        assertThat(millrace.get("/api/streams/__children" + stream).json()).isEmpty();
        millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", slug.substring(1))
                .expect(200);
    }

    @Test
    void check_31_a_path_in_the_body_does_not_redirect_the_append() {
        String stream = freshStream();
        String other = freshStream();
        Answer answer = millrace.append(stream, "{\"event\":{\"type\":\"a\"},\"path\":\"" + other + "\"}");

        answer.expect(400);
        assertThat(millrace.get("/api/streams/__children" + other).json()).isEmpty();
        millrace.append(stream, "{\"event\":{\"type\":\"a\"},\"path\":\"" + stream + "\"}")
                .expect(200);
        millrace.get(api(stream) + "?beforeOffset=end&path=" + other).expect(400);
    }

    @Test
    void should_refuse_two_projects_in_one_request() {
        String stream = freshStream();
        Answer answer = millrace.append(stream, "{\"type\":\"a\"}", "X-Iterate-Project", "a", "X-Project-Slug", "b");
        answer.expect(400);
        millrace.get(api(stream) + "?projectSlug=a", "X-Project-Slug", "b").expect(400);
        millrace.history(stream + "?projectSlug=a&", "X-Project-Slug", "a").expect(400);
    }

    @Test
    void should_serve_every_stream_under_its_short_url() {
        String stream = freshStream();
        assertThat(millrace.post(stream, "{\"type\":\"a\"}").text("/event/streamPath"))
                .isEqualTo(stream);
        assertThat(millrace.get(stream).offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(stream.replace("/", "%2F").replaceFirst("%2F", "/"))
                        .offsets())
                .containsExactly(1L, 2L);
        assertThat(millrace.post("/", "{\"type\":\"a\"}").text("/event/streamPath"))
                .isEqualTo("/");
        for (String reserved : List.of("/assets/a", "/docs", "/metrics", "/readyz", "/v1/a", "/%61pi/a")) {
            assertThat(millrace.post(reserved, "{\"type\":\"a\"}").status())
                    .as(reserved)
                    .isEqualTo(404);
        }
        millrace.append("/docs", "{\"type\":\"a\"}").expect(200);
        millrace.append("/v1/a", "{\"type\":\"a\"}").expect(200);
        millrace.send("DELETE", stream, "").expect(405);
    }
}
