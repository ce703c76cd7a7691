package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What does not concern a single stream: health, unknown routes, methods, hosts, origins, the page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class HttpSurfaceTest {
    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer(builder ->
                builder.allowOrigin(List.of("https://app.example.org")).allowHost(List.of("mill.example.org")));
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    @Test
    void should_say_which_methods_a_route_takes() {
        Answer answer = millrace.send("PUT", api(freshStream()), "{}");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, POST, DELETE");
        assertThat(millrace.post(stateOf(freshStream()), "{}").status()).isEqualTo(405);
        assertThat(millrace.post("/api/streams", "{}").status()).isEqualTo(405);
    }

    @Test
    void should_answer_head_without_a_body_and_without_end() {
        String stream = freshStream();
        Answer live = millrace.send("HEAD", api(stream), "");
        assertThat(live.status()).isEqualTo(200);
        assertThat(live.body()).isEmpty();
        assertThat(live.header("Millrace-Watermark")).isEqualTo("1");
        assertThat(millrace.send("HEAD", "/healthz", "").body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1.0, close", "1.1, close", "1.1, keep-alive"})
    void should_answer_head_of_a_read_without_a_length(String version, String connection) throws IOException {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String head = socket.send("HEAD " + api(stream) + "?beforeOffset=end HTTP/" + version
                            + "\r\nHost: localhost\r\nConnection: " + connection + "\r\n\r\n")
                    .readUntil("\r\n\r\n");
            assertThat(head)
                    .startsWith("HTTP/1.1 200")
                    .contains("Millrace-Watermark: 2")
                    .doesNotContain("Content-Length")
                    .endsWith("\r\n\r\n");
            if (connection.equals("close")) {
                assertThat(socket.readToTheEnd()).isEmpty();
            } else {
                assertThat(socket.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .readUntil("version"))
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void should_tell_the_full_name_of_a_known_type_that_was_appended_by_its_short_name() {
        String stream = freshStream();

        Answer bare = millrace.append(stream, "{\"type\":\"paused\"}");
        Answer batch = millrace.append(stream, "[{\"type\":\"resumed\"},{\"type\":\"a\"},{\"type\":\"resumed\"}]");
        Answer own = millrace.append(stream, "{\"type\":\"order-placed\"}");

        assertThat(bare.header("Millrace-Hint")).isEqualTo(BuiltInType.PAUSED.type());
        assertThat(batch.status()).isEqualTo(200);
        assertThat(batch.headers().allValues("Millrace-Hint")).containsExactly(BuiltInType.RESUMED.type());
        assertThat(own.headers().firstValue("Millrace-Hint")).isEmpty();
    }

    @Test
    void should_refuse_a_query_it_does_not_know() {
        Answer answer = millrace.get(api(freshStream()) + "?afterofset=2");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("afterofset").contains("afterOffset");
    }

    @Test
    void should_answer_only_to_its_own_names() throws IOException {
        assertThat(withHost("evil.example.com")).startsWith("HTTP/1.1 403").contains("--allow-host");
        assertThat(withHost("localhost:" + millrace.server.baseUri().getPort())).startsWith("HTTP/1.1 200");
        assertThat(withHost("mill.example.org")).startsWith("HTTP/1.1 200");
    }

    @Test
    void should_take_the_project_from_the_host() throws IOException {
        assertThat(state("GET " + stateOf("/h") + " HTTP/1.1\r\nHost: team-h.localhost\r\n"))
                .contains("\"projectSlug\": \"team-h\"");
        assertThat(state("GET " + stateOf("/h") + " HTTP/1.1\r\nHost: Team-H.mill.example.org\r\n"))
                .contains("\"projectSlug\": \"team-h\"");
        assertThat(state("GET " + stateOf("/h") + " HTTP/1.1\r\nHost: a.localhost\r\nX-Project-Slug: b\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @CsvSource({"application/json, gzip", "application/yaml, 'identity, br'", "application/x-ndjson, zstd"})
    void should_say_that_it_takes_no_encoded_bodies(String contentType, String coding) {
        String stream = freshStream();
        for (String target : List.of(api(stream), api("/__fork" + stream), api("/__import" + stream))) {
            Answer answer = millrace.send(
                    "POST", target, "{\"type\":\"a\"}", "Content-Type", contentType, "Content-Encoding", coding);

            assertThat(answer.status()).as(target).isEqualTo(415);
            assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
            assertThat(answer.json().path("code").textValue()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
            assertThat(answer.json().path("message").textValue())
                    .isEqualTo("the body was not read: it has Content-Encoding: " + coding
                            + ", and compressed bodies are not supported; send it without compression and that header");
        }
        assertThat(millrace.get("/api/streams/__children" + stream).json()).isEmpty();
    }

    @Test
    void should_take_the_identity_coding_and_keep_bytes_of_any_other_that_it_does_not_parse() {
        String stream = freshStream();
        assertThat(millrace.append(stream, "{\"type\":\"a\"}", "Content-Encoding", "Identity")
                        .event()
                        .path("type")
                        .textValue())
                .isEqualTo("a");
        assertThat(millrace.send("POST", stream, "bytes", "Content-Type", "text/plain", "Content-Encoding", "gzip")
                        .event()
                        .at("/payload/rawInput/body")
                        .textValue())
                .isEqualTo("bytes");
    }

    @Test
    void should_wait_for_what_comes_after_the_largest_offset() throws IOException {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        String after = api(stream) + "?afterOffset=9223372036854775807";

        assertThat(millrace.get(after + "&beforeOffset=end").offsets()).isEmpty();
        try (LiveReadClient reader = millrace.live(after + "&caughtUp=true")) {
            reader.awaitLine("event: caught-up");
            millrace.append(stream, "{\"type\":\"a\"}");
            millrace.send("DELETE", api(stream), "");
            reader.awaitLine("event: destroyed");
            assertThat(reader.offsets()).isEmpty();
        }
    }

    @Test
    void should_list_what_was_destroyed_above_it_and_nowhere_else() {
        String above = freshStream();
        String stream = above + "/gone";
        millrace.append(stream + "/child", "{\"type\":\"a\"}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listed(above).size() == 3 && listed(stream).size() == 2);

        millrace.send("DELETE", api(stream), "");

        assertThat(listed(stream)).isEmpty();
        assertThat(listed(above)).containsExactlyInAnyOrder(above, stream, stream + "/child");
        assertThat(millrace.get(stateOf(stream) + "?create=false").status()).isEqualTo(404);
        millrace.append(stream, "{\"type\":\"a\"}");
        assertThat(listed(stream)).containsExactly(stream);
        millrace.append(stream + "/other", "{\"type\":\"a\"}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listed(stream).contains(stream + "/other"));
        assertThat(listed(stream)).doesNotContain(stream + "/child");
    }

    private List<String> listed(String stream) {
        return millrace.get("/api/streams/__children" + stream).json().findValuesAsText("path");
    }

    @Test
    void should_open_itself_only_to_welcome_origins() {
        String stream = freshStream();
        Answer welcome = millrace.append(stream, "{\"type\":\"a\"}", "Origin", "https://app.example.org");
        assertThat(welcome.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.org");
        assertThat(welcome.header("Access-Control-Expose-Headers")).contains("Millrace-Watermark");

        Answer preflight = millrace.send(
                "OPTIONS",
                api(stream),
                "",
                "Origin",
                "https://app.example.org",
                "Access-Control-Request-Method",
                "DELETE");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Methods")).contains("DELETE");
        assertThat(preflight.headers().firstValue("Content-Type")).isEmpty();

        assertThat(millrace.append(stream, "{\"type\":\"a\"}", "Origin", "https://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(millrace.get(stateOf(stream), "Origin", "https://evil.example")
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
        assertThat(millrace.append(
                                stream,
                                "{\"type\":\"a\"}",
                                "Origin",
                                "http://" + millrace.server.baseUri().getAuthority())
                        .status())
                .isEqualTo(200);
        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void should_show_people_a_page_that_loads_nothing_else() {
        String browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (String target : List.of("/", freshStream())) {
            Answer page = millrace.get(target, "Accept", browser);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("Content-Security-Policy"))
                    .contains("default-src 'none'")
                    .doesNotContain("unsafe");
            assertThat(page.body())
                    .contains("EventSource")
                    .doesNotContain("innerHTML")
                    .doesNotContain("http://");
            Matcher remote = Pattern.compile("(src|href)=\"(?!data:)").matcher(page.body());
            assertThat(remote.find()).isFalse();
        }
        assertThat(millrace.get(freshStream() + "?live=false", "Accept", browser)
                        .header("Content-Type"))
                .isEqualTo("text/event-stream");
        assertThat(millrace.get("/Not-A-Path", "Accept", browser).status()).isEqualTo(400);
    }

    @Test
    void should_answer_in_its_own_form_when_the_request_is_not_http() throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String answer = socket.send("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")
                    .readToTheEnd();
            assertThat(answer).startsWith("HTTP/1.1 400").contains("\"BAD_REQUEST\"");
        }
    }

    @Test
    void should_refuse_a_body_that_is_too_large_before_it_is_sent() throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String answer = socket.send(String.join(
                            "\r\n",
                            "POST /a HTTP/1.1",
                            "Host: localhost",
                            "Content-Length: 99999999",
                            "Expect: 100-continue",
                            "Connection: close",
                            "",
                            ""))
                    .readToTheEnd();
            assertThat(answer).startsWith("HTTP/1.1 413").contains("99999999");
        }
    }

    private String withHost(String host) throws IOException {
        return state("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n");
    }

    private String state(String request) throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            return socket.send(request + "Connection: close\r\n\r\n").readToTheEnd();
        }
    }
}
