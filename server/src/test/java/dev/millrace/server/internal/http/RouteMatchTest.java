package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamPath;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteMatchTest {
    @ParameterizedTest
    @CsvSource({
        "/api/streams/team/inbox,        STREAM, /team/inbox",
        "/api/streams/team%2Finbox,      STREAM, /team/inbox",
        "/api/streams/%2Fteam%2Finbox,   STREAM, /team/inbox",
        "/api/streams/team/inbox/,       STREAM, /team/inbox",
        "/api/streams/,                  STREAM, /",
        "/api/streams//,                 STREAM, /",
        "/api/streams/%2F,               STREAM, /",
        "/api/streams/e2e/__reserved,    STREAM, /e2e/__reserved",
        "/api/streams/__state%2Fa,       STREAM, /__state/a",
        "/api/streams/__states/a,        STREAM, /__states/a",
        "/api/streams/__state/a/b,       STATE,  /a/b",
        "/api/streams/__state/%2F,       STATE,  /",
        "/api/streams/__state,           STATE,  /",
        "/api/__state/a,                 STATE,  /a",
        "/api/stream-state/a%2Fb,        STATE,  /a/b",
        "/api/streams,                   LIST,   /",
        "/api/__list/a,                  LIST,   /a",
        "/api/streams/__children/%2Fa,   LIST,   /a",
        "/,                              SHORT_URL, /",
        "//,                             SHORT_URL, /",
        "/%2F,                           SHORT_URL, /",
        "/ann/agent1,                    SHORT_URL, /ann/agent1",
        "/ann%2Fagent1/,                 SHORT_URL, /ann/agent1",
        "/apis,                          SHORT_URL, /apis",
        "/v1a,                           SHORT_URL, /v1a",
        "/api/streams/v1/a,              STREAM, /v1/a",
        "/a/api,                         SHORT_URL, /a/api",
        "/api/streams/__fork/a/b,        FORK,   /a/b",
        "/api/streams/__fork,            FORK,   /",
        "/api/streams/__import/a/b,      IMPORT, /a/b",
        "/api/secrets,                   SECRETS, /",
        "/api/secrets/,                  SECRETS, /",
        "/api/openapi.json,              OPENAPI, /",
        "/api/docs,                      DOCS,   /",
        "/healthz,                       HEALTH, /",
        "/api/__internal/health,         HEALTH, /",
    })
    void should_find_the_route_of_every_spelling(String rawPath, RouteTarget target, String path) {
        assertThat(RouteMatch.of(rawPath)).contains(new RouteMatch(target, StreamPath.of(path), ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api",
                "/api/",
                "/api/nope",
                "/api/streamsx",
                "/assets/x.js",
                "/docs",
                "/metrics",
                "/readyz",
                "/v1",
                "/v1/models",
                "/favicon.ico",
                "/healthz/x",
                "/%61pi/streams/a",
                "/%2Fdocs%2Fa",
                "/api/secrets/a/b",
                "/api/openapi.json/x"
            })
    void should_know_no_route(String rawPath) {
        assertThat(RouteMatch.of(rawPath)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/streams/Upper", "/api/streams/a.b", "/api/streams/a%20b", "/api/streams/a//b",
                        "/api/streams/a%2F",
                "/api/streams/a+b", "/api/streams/%zz", "/api/streams/%C3%28", "/favicon.png", "/a/../b"
            })
    void should_refuse_what_is_not_a_path(String rawPath) {
        assertThatThrownBy(() -> RouteMatch.of(rawPath)).isInstanceOfSatisfying(HttpErrorException.class, refusal -> {
            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.issues()).extracting(RequestProblem::field).containsExactly("path");
        });
    }

    @Test
    void should_find_a_secret_by_its_id() {
        assertThat(RouteMatch.of("/api/secrets/x-1"))
                .contains(new RouteMatch(RouteTarget.SECRET, StreamPath.root(), "x-1"));
    }

    @Test
    void should_accept_the_longest_path_and_refuse_a_longer_one() {
        String longest = "a".repeat(StreamPath.MAX_LENGTH - 1);
        assertThat(RouteMatch.of("/api/streams/" + longest)).isPresent();
        assertThatThrownBy(() -> RouteMatch.of("/api/streams/" + longest + "a")).hasMessageContaining("1024");
    }
}
