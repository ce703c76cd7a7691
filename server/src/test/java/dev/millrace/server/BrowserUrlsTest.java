package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person gets who opens a URL of a stream in a browser. */
@SuppressWarnings("NullAway.Init") // set before each test
class BrowserUrlsTest {
    private static final String ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @TempDir
    Path directory;

    private RunningServer millrace;

    @BeforeEach
    void start() {
        millrace = new RunningServer();
    }

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    private Answer open(String target, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Accept";
        all[1] = ACCEPT;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return millrace.get(target, all);
    }

    private static void assertPage(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.header("Vary")).contains("Accept");
    }

    private static void assertRedirect(Answer answer, String target) {
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo(target);
        assertThat(answer.header("Vary")).contains("Accept");
        assertThat(answer.body()).isEmpty();
    }

    private boolean exists(String stream) {
        return millrace.get(stateOf(stream) + "?create=false").status() == 200;
    }

    @ParameterizedTest
    @CsvSource({
        "/api/streams/ann/agent,                  /ann/agent",
        "/api/streams/ann%2Fagent/,               /ann/agent",
        "/api/streams/%2F,                        /",
        "/api/streams/,                           /",
        "/api/streams/ann?projectSlug=a%20b,      /ann?projectSlug=a%20b",
        "/streams/ann/agent,                      /ann/agent",
        "/streams/ann%2Fagent?projectSlug=acme,   /ann/agent?projectSlug=acme",
    })
    void should_be_sent_to_the_short_url(String target, String location) {
        assertRedirect(open(target), location);
        assertRedirect(open(target, "Sec-Fetch-Mode", "navigate"), location);
        assertThat(millrace.send("HEAD", target, "", "Accept", ACCEPT).header("Location"))
                .isEqualTo(location);
        assertThat(exists("/ann")).isFalse();
        assertThat(exists("/streams")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/streams/docs/a",
                "/api/streams/v1",
                "/api/streams/%2Freadyz",
                "/streams",
                "/streams/",
                "/streams/api/a",
                "/streams/healthz"
            })
    void should_get_the_page_where_there_is_no_short_url(String target) {
        assertPage(open(target));
    }

    @Test
    void should_get_the_page_of_a_stream_below_streams_that_exists() {
        millrace.append("/streams/ann", "{\"type\":\"a\"}");

        assertPage(open("/streams/ann"));
        assertRedirect(open("/streams/ann?projectSlug=other"), "/ann?projectSlug=other");
        assertRedirect(open("/streams/ann/agent"), "/ann/agent");
    }

    @Test
    void should_send_programs_nowhere() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        millrace.append("/streams/ann", "{\"type\":\"a\"}");

        assertThat(open(api(stream) + "?beforeOffset=end").offsets()).containsExactly(1L, 2L);
        assertThat(open(api(stream) + "?live=false", "Sec-Fetch-Mode", "navigate")
                        .offsets())
                .containsExactly(1L, 2L);
        assertThat(millrace.get("/streams/ann").offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get("/streams/bob").offsets()).containsExactly(1L);
        for (String[] headers : List.of(
                new String[] {"Accept", ACCEPT, "Sec-Fetch-Mode", "cors"},
                new String[] {"Accept", "text/event-stream, text/html;q=0.5"},
                new String[] {"Accept", "text/event-stream"})) {
            assertThat(millrace.live(api(stream), headers).awaitOffset(2).offsets())
                    .containsExactly(1L, 2L);
        }
    }

    @Test
    void should_not_learn_from_a_redirect_what_the_token_does_not_tell() throws Exception {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        millrace.close();
        millrace = new RunningServer(builder -> builder.tokens(tokens));
        String reads = "Bearer " + RunningServer.token(tokens, StreamPath.of("/streams/mine"), Operation.READ);
        String appends = "Bearer " + RunningServer.token(tokens, StreamPath.root(), Operation.APPEND);

        assertRedirect(open("/streams/mine/a", "Authorization", reads), "/mine/a");
        assertPage(open("/streams/mine/a"));
        assertPage(open("/streams/other", "Authorization", reads));
        assertPage(open("/streams/mine/a", "Authorization", appends));
        assertPage(open("/streams/mine/a", "Authorization", "Bearer nonsense"));
        assertRedirect(open("/api/streams/other"), "/other");
    }
}
