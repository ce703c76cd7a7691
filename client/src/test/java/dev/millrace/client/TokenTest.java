package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The token is sent with every request to its service, and to no other host. */
class TokenTest {
    private static final String BEARER = "Bearer secret-token";

    @StartStop
    public final MockWebServer server = new MockWebServer();

    private final RecordingSubscriber subscriber = new RecordingSubscriber();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService service;

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService elsewhere;

    @BeforeEach
    void start() throws IOException {
        service = new LiveService();
        elsewhere = new LiveService();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        elsewhere.close();
    }

    @ParameterizedTest
    @EnumSource
    void should_send_the_token_with_every_call_and_not_follow_it_elsewhere(Calls call) throws Exception {
        server.enqueue(new MockResponse.Builder()
                .code(307)
                .addHeader("Location", elsewhere.uri() + "/api/streams/agents/1")
                .build());
        try (HttpEventStreams streams = HttpEventStreams.builder(server.url("/").uri())
                .token("secret-token")
                .build()) {
            StreamException failure = AppendTest.failure(call.of(streams));
            assertThat(failure.code()).isEqualTo(StreamException.Code.NOT_FOUND);
            assertThat(failure)
                    .hasMessageStartingWith(call.verb() + " failed")
                    .hasMessageContaining("307: it moved to " + elsewhere.uri())
                    .hasMessageNotContaining("secret-token");
        }
        assertThat(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))
                        .getHeaders()
                        .get("Authorization"))
                .isEqualTo(BEARER);
        assertThat(elsewhere.waiting()).isZero();
    }

    @Test
    void should_send_the_token_with_every_attempt_of_a_live_read() throws Exception {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(service.uri()).token("secret-token").build()) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            assertThat(bearer(service.next().tail("A", 1).send(Sample.sse(1)), "end"))
                    .isEqualTo(BEARER);
            assertThat(bearer(service.next(), "cut")).isEqualTo(BEARER);
            LiveRequest first = service.next().raw(LiveRequest.tailHead());
            assertThat(first.headers).containsEntry("authorization", BEARER);
            LiveRequest state = service.next();
            assertThat(state.target).contains("__state");
            assertThat(state.headers).containsEntry("authorization", BEARER);
        }
    }

    private static String bearer(LiveRequest request, String then) {
        if (then.equals("end")) {
            request.end();
        } else {
            request.cut();
        }
        return String.valueOf(request.headers.get("authorization"));
    }

    @Test
    void should_send_the_token_with_a_live_read_of_a_subtree() throws Exception {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(service.uri()).token("secret-token").build()) {
            streams.subscribeSubtree(Sample.PATH, new DeafSubtree());
            assertThat(service.next().headers).containsEntry("authorization", BEARER);
        }
    }

    @Test
    void should_follow_a_live_read_to_another_host_without_the_token() throws Exception {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(service.uri()).token("secret-token").build()) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            LiveRequest asked = service.next();
            asked.answer(307, "text/plain", "", "Location: " + elsewhere.uri() + "/there");
            LiveRequest moved = elsewhere.next();
            moved.tail("A", 1).send(Sample.sse(1));

            subscriber.expect("connected 'A' 1 gap 0", "event 1");
            assertThat(asked.headers).containsEntry("authorization", BEARER);
            assertThat(moved.target).isEqualTo("/there");
            assertThat(moved.headers).doesNotContainKey("authorization");
        }
    }

    @Test
    void should_keep_the_token_when_a_live_read_moves_within_its_service() throws Exception {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(service.uri()).token("secret-token").build()) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            service.next().answer(307, "text/plain", "", "Location: /there");
            LiveRequest moved = service.next();
            assertThat(moved.target).isEqualTo("/there");
            assertThat(moved.headers).containsEntry("authorization", BEARER);
        }
    }
}
