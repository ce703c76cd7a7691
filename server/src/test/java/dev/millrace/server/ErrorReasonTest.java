package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.Limits;
import dev.millrace.server.internal.http.ErrorResponses;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** All error answers have a {@code reason} that is a name of {@link StreamException.Code}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class ErrorReasonTest {
    private static final String FENCED = "{\"type\":\"a\",\"metadata\":{\"millrace\":{\"fence\":"
            + "{\"slug\":\"mailer\",\"path\":\"/leases\",\"epoch\":3}}}}";

    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer();
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    private static void assertReason(Answer answer, int status, Code reason) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("reason").textValue()).isEqualTo(reason.name());
    }

    @Test
    void should_tell_the_three_gates_of_an_append_apart() {
        String stream = freshStream();

        assertReason(millrace.append(stream, "{\"type\":\"a\",\"offset\":9}"), 412, Code.OFFSET_MISMATCH);
        assertReason(millrace.append(stream, FENCED), 412, Code.FENCED);
        millrace.append(stream, "{\"type\":\"https://events.iterate.com/events/stream/paused\"}");
        assertReason(millrace.append(stream, "{\"type\":\"a\"}"), 412, Code.PAUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /x?afterofset=2, '', 400, BAD_REQUEST",
        "POST, /x, '{', 400, BAD_REQUEST",
        "GET, /api/streams/__state/untouched?create=false, '', 404, STREAM_NOT_FOUND",
        "GET, /api/secrets, '', 404, NOT_FOUND",
        "PUT, /x, '', 405, BAD_REQUEST"
    })
    void should_give_the_reason_of_what_is_refused_before_the_engine(
            String method, String target, String body, int status, Code reason) {
        assertReason(millrace.send(method, target, body, "Content-Type", "application/json"), status, reason);
    }

    @Test
    void should_give_the_reason_of_a_body_over_the_limit_and_of_a_form_it_does_not_have() {
        String large = "{\"type\":\"" + "x".repeat(Limits.defaults().eventBytes()) + "\"}";

        assertReason(millrace.append(freshStream(), large), 413, Code.TOO_LARGE);
        assertReason(millrace.get(api(freshStream()), "Accept", "image/png"), 406, Code.BAD_REQUEST);
        assertReason(
                millrace.send(
                        "POST", freshStream(), "{}", "Content-Type", "application/json", "Content-Encoding", "br"),
                415,
                Code.BAD_REQUEST);
    }

    @Test
    void should_give_the_reason_of_what_the_http_layer_refuses_by_itself() throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            assertThat(socket.send("GET / HTTP/1.1\r\nHost: a b\r\n\r\n").readToTheEnd())
                    .startsWith("HTTP/1.1 400")
                    .contains("\"reason\": \"BAD_REQUEST\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'GET /', '', 505, HTTP_VERSION_NOT_SUPPORTED, BAD_REQUEST",
        "'GET / HTTP/0.9', 'Host: localhost', 505, HTTP_VERSION_NOT_SUPPORTED, BAD_REQUEST",
        "'GET / HTTP/4.2', 'Host: localhost', 505, HTTP_VERSION_NOT_SUPPORTED, BAD_REQUEST",
        "'GET / HTTP/1.1', 'Host: a b', 400, BAD_REQUEST, BAD_REQUEST",
        "'GET / HTTP/1.1', 'A: b', 400, BAD_REQUEST, BAD_REQUEST",
        "'GET / HTTP/1.1', 'Host localhost', 400, BAD_REQUEST, BAD_REQUEST",
        "'POST /a HTTP/1.1', 'Host: localhost\nContent-Length: x', 400, BAD_REQUEST, BAD_REQUEST",
        "'POST /a HTTP/1.1', 'Host: localhost\nTransfer-Encoding: gzip', 400, BAD_REQUEST, BAD_REQUEST",
        "'GET /LONG HTTP/1.1', 'Host: localhost', 414, URI_TOO_LONG, BAD_REQUEST",
        "'GET / HTTP/1.1', 'Host: localhost\nA: LONG', 431, REQUEST_HEADER_FIELDS_TOO_LARGE, BAD_REQUEST"
    })
    void should_name_the_status_of_what_the_http_layer_refuses_by_itself(
            String line, String headers, int status, String code, Code reason) throws IOException {
        String request = (line + "\n" + headers + "\n\n").replace("\n", "\r\n").replace("LONG", "x".repeat(100_000));
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String answer = socket.send(request).readToTheEnd();

            assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("Content-Type: application/json");
            JsonNode body = JsonCodec.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(body.path("code").textValue()).isEqualTo(code);
            assertThat(body.path("reason").textValue()).isEqualTo(reason.name());
            assertThat(body.path("status").intValue()).isEqualTo(status);
            assertThat(body.path("message").textValue()).isNotBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_give_every_failure_of_the_engine_the_name_of_its_code(Code code) {
        ErrorResponses.ErrorBody body = ErrorResponses.of(new StreamException(code, "why"));

        assertThat(body.status()).isEqualTo(code.status());
        assertThat(JsonCodec.parse(body.json()).path("reason").textValue()).isEqualTo(code.name());
    }
}
