package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Checks of slow readers, health, the OpenAPI document and unknown routes, over HTTP.
 *
 * @since 0.1
 */
public abstract class SurfaceChecks extends WireChecks {
    private static final String LARGE = "{\"type\":\"a\",\"payload\":{\"t\":\"" + "x".repeat(500_000) + "\"}}";

    @Test
    void check_42_a_slow_reader_delays_neither_appends_nor_other_readers() throws IOException {
        String stream = freshStream();
        try (RawSocket slow = new RawSocket(millrace.baseUri())) {
            slow.send("GET " + api(stream) + "?afterOffset=start HTTP/1.1\r\nHost: localhost\r\n"
                            + millrace.authorizationLine() + "\r\n")
                    .readUntil("id: 1");
            LiveReadClient fast = millrace.follow(stream).awaitOffset(1);

            for (int i = 0; i < 40; i++) {
                millrace.append(stream, LARGE).expect(200);
            }

            assertThat(fast.awaitOffset(41).offsets())
                    .isEqualTo(LongStream.rangeClosed(1, 41).boxed().toList());
            // the slow one gets everything as well, as soon as it reads
            assertThat(slow.readUntil("id: 41")).contains("id: 2\n").contains("id: 40\n");
        }
    }

    @Test
    void check_101_health_is_ok() {
        for (String target : List.of("/api/__internal/health", "/healthz")) {
            Answer answer = millrace.get(target);
            answer.expect(200);
            assertThat(answer.json().path("ok").booleanValue()).isTrue();
            assertThat(answer.text("/app")).isEqualTo("millrace");
            assertThat(answer.text("/version")).isNotEmpty();
        }
    }

    @Test
    void check_101_the_service_has_an_openapi_document() {
        JsonNode described = millrace.get("/api/openapi.json").json();
        assertThat(described.path("openapi").asText()).startsWith("3.");
        String base = described.at("/servers/0/url").asText("").replaceFirst("/$", "");
        List<String> paths = new ArrayList<>();
        described.path("paths").fieldNames().forEachRemaining(path -> paths.add(base + path));
        assertThat(paths)
                .contains(
                        "/api/streams/{path}",
                        "/api/streams/__state/{path}",
                        "/api/streams/__children/{path}",
                        "/api/secrets");
        Answer page = millrace.get("/api/docs", "Accept", "text/html");
        page.expect(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
    }

    @Test
    void check_102_an_unknown_route_is_not_found() {
        for (String target : List.of("/api/nope", "/api", "/assets/x.js")) {
            Answer answer = millrace.get(target);
            assertThat(answer.status()).as(target).isEqualTo(404);
            assertThat(answer.json()).isEqualTo(JsonCodec.parse("{\"error\":\"not_found\"}"));
        }
        millrace.post("/api/nope", "{}").expect(404);
    }

    @Test
    void should_have_no_icon() {
        millrace.get("/favicon.ico", "Accept", "image/png,*/*;q=0.8").expect(404);
    }

    @Test
    void should_answer_head_without_a_wrong_length() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        for (String target : List.of(
                api(stream) + "?beforeOffset=end", stream, ServiceClient.stateOf(stream), "/api/docs", "/healthz")) {
            Answer get = millrace.get(target);
            Answer head = millrace.send("HEAD", target, "");

            assertThat(head.status()).as(target).isEqualTo(200);
            assertThat(head.body()).as(target).isEmpty();
            assertThat(head.header("Content-Type")).as(target).isEqualTo(get.header("Content-Type"));
            assertThat(head.header("Content-Length")).as(target).isIn("", get.header("Content-Length"));
        }
    }

    @Test
    void should_answer_options_without_a_body() {
        for (String target : List.of(api(freshStream()), freshStream(), "/api/streams", "/healthz")) {
            Answer answer = millrace.send("OPTIONS", target, "").expect(204);

            assertThat(answer.header("Allow")).as(target).contains("GET").contains("HEAD");
            assertThat(answer.headers().map()).as(target).doesNotContainKeys("content-type", "content-length");
        }
    }
}
