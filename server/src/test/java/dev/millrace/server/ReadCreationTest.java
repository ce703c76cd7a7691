package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a read may create: nothing deep, nothing for a reader without {@code append}, nothing for a foreign page. */
@Timeout(60)
class ReadCreationTest {
    private static final String PLAIN = "{\"type\": \"said\"}";

    @TempDir
    Path directory;

    private static String deep(int segments) {
        return "/a".repeat(segments);
    }

    private static List<String> readsOf(String stream) {
        return List.of(
                "GET " + api(stream),
                "GET " + api(stream) + "?afterOffset=start",
                "GET " + api(stream) + "?beforeOffset=end",
                "GET " + api(stream) + "?subtree=true",
                "HEAD " + api(stream),
                "GET " + stateOf(stream),
                "HEAD " + stateOf(stream),
                "GET " + stream,
                "GET " + stream + "?live=true",
                "GET " + stream + "?offset=0");
    }

    private static Answer read(RunningServer millrace, String read, String... headers) {
        String[] parts = read.split(" ");
        return millrace.send(parts[0], parts[1], "", headers);
    }

    private static boolean exists(RunningServer millrace, String stream) {
        return millrace.engine
                .head(ProjectSlug.defaultProject(), StreamPath.of(stream))
                .isPresent();
    }

    @Test
    void should_refuse_to_create_a_path_of_more_than_32_segments() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            for (String read : readsOf(deep(33))) {
                assertThat(read(millrace, read).status()).as(read).isEqualTo(400);
            }
            Answer append = millrace.append(deep(511), PLAIN);
            assertThat(append.status()).isEqualTo(400);
            assertThat(append.body())
                    .contains("the path has 511 segments, at most 32 are allowed (limit pathSegments)");
            assertThat(exists(millrace, "/a")).isFalse();

            assertThat(millrace.append(deep(32), PLAIN).status()).isEqualTo(200);
            assertThat(millrace.post("/api/streams/__fork" + deep(32), "{\"at\": 2, \"to\": \"" + deep(33) + "\"}")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void should_answer_a_read_of_a_missing_stream_with_404_if_the_caller_may_not_append() throws Exception {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        try (RunningServer millrace = new RunningServer(builder -> builder.tokens(tokens))) {
            String reader = RunningServer.token(tokens, StreamPath.root(), Operation.READ);
            String stream = freshStream();
            for (String read : readsOf(stream)) {
                Answer answer = read(millrace, read, "Authorization", "Bearer " + reader);
                assertThat(answer.status()).as(read).isEqualTo(404);
                if (read.startsWith("GET")) {
                    assertThat(answer.json().path("reason").textValue()).isEqualTo("STREAM_NOT_FOUND");
                }
            }
            assertThat(exists(millrace, stream)).isFalse();

            String both = RunningServer.token(tokens, StreamPath.root(), Operation.READ, Operation.APPEND);
            assertThat(read(millrace, "GET " + stateOf(stream), "Authorization", "Bearer " + both)
                            .status())
                    .isEqualTo(200);
            assertThat(read(millrace, "GET " + stateOf(stream), "Authorization", "Bearer " + reader)
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "something-new", ""})
    void should_create_nothing_for_a_page_of_another_site(String site) throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            for (String read : readsOf(stream)) {
                assertThat(read(millrace, read, "Sec-Fetch-Site", site).status())
                        .as(read)
                        .isEqualTo(404);
                assertThat(read(millrace, read, "Origin", "https://evil.example")
                                .status())
                        .as(read)
                        .isEqualTo(404);
            }
            assertThat(millrace.send("POST", api(stream), PLAIN, "Sec-Fetch-Site", site)
                            .status())
                    .isEqualTo(403);
            assertThat(millrace.send("DELETE", api(stream), "", "Sec-Fetch-Site", site)
                            .status())
                    .isEqualTo(403);
            assertThat(exists(millrace, stream)).isFalse();

            millrace.append(stream, PLAIN);
            assertThat(read(millrace, "GET " + stateOf(stream), "Sec-Fetch-Site", site)
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "none"})
    void should_create_the_stream_for_an_own_page_and_its_user(String site) throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            assertThat(read(millrace, "GET " + stateOf(stream), "Sec-Fetch-Site", site)
                            .status())
                    .isEqualTo(200);
            assertThat(exists(millrace, stream)).isTrue();
        }
    }

    @Test
    void should_create_the_stream_for_a_page_of_an_allowed_origin() throws Exception {
        try (RunningServer millrace =
                new RunningServer(builder -> builder.allowOrigin(List.of("https://app.example.org")))) {
            String[] allowed = {"Origin", "https://app.example.org", "Sec-Fetch-Site", "cross-site"};
            assertThat(read(millrace, "GET " + stateOf(freshStream()), allowed).status())
                    .isEqualTo(200);
            assertThat(millrace.append(freshStream(), PLAIN, allowed).status()).isEqualTo(200);
        }
    }

    @Test
    void should_give_a_navigation_from_another_site_the_page() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            for (String target : List.of(stream, stream + "?live=true")) {
                Answer page = millrace.get(
                        target,
                        "Accept",
                        "text/html,*/*;q=0.8",
                        "Sec-Fetch-Site",
                        "cross-site",
                        "Sec-Fetch-Mode",
                        "navigate");
                assertThat(page.status()).isEqualTo(200);
                assertThat(page.header("Content-Type")).startsWith("text/html");
            }
            assertThat(exists(millrace, stream)).isFalse();
        }
    }

    @Test
    void should_not_bring_back_a_destroyed_stream_for_its_reader() throws Exception {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        String reader = RunningServer.token(tokens, StreamPath.root(), Operation.READ);
        try (RunningServer millrace = new RunningServer(builder -> builder.tokens(tokens))) {
            String stream = freshStream();
            StreamPath path = StreamPath.of(stream);
            millrace.engine.touch(ProjectSlug.defaultProject(), path).get();
            LiveReadClient live =
                    millrace.follow(stream, "Authorization", "Bearer " + reader).awaitOffset(1);
            millrace.engine.destroy(ProjectSlug.defaultProject(), path, false).get();
            live.awaitEnd();
            assertThat(exists(millrace, stream)).isFalse();
        }
    }
}
