package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call can be cancelled, and every refusal has a code, the stream and the message of the service. */
class TypedErrorTest {
    @StartStop
    public final MockWebServer server = new MockWebServer();

    private enum Refusal {
        NO_TOKEN(401, "who are you", StreamException.Code.FORBIDDEN),
        NOT_ALLOWED(403, "not you", StreamException.Code.FORBIDDEN),
        NO_ROUTE(404, "not_found", StreamException.Code.NOT_FOUND),
        TAKEN(409, "exists", StreamException.Code.CONFLICT),
        PAUSED(412, "stream is paused", StreamException.Code.PAUSED),
        FENCED(412, "it is fenced: lease 3 passed to b", StreamException.Code.FENCED),
        NOT_NEXT(412, "7 is not the next generated offset", StreamException.Code.OFFSET_MISMATCH),
        TOO_LARGE(413, "2 MiB, at most 1 MiB", StreamException.Code.TOO_LARGE),
        TOO_OFTEN(429, "slower", StreamException.Code.UNAVAILABLE),
        BUSY(503, "stopping", StreamException.Code.UNAVAILABLE);

        private final int status;
        private final String words;
        private final StreamException.Code code;

        Refusal(int status, String words, StreamException.Code code) {
            this.status = status;
            this.words = words;
            this.code = code;
        }
    }

    static Stream<Arguments> everything() {
        return Arrays.stream(Calls.values())
                .flatMap(call -> Arrays.stream(Refusal.values()).map(refusal -> Arguments.of(call, refusal)));
    }

    @ParameterizedTest
    @MethodSource("everything")
    void should_say_of_every_call_why_it_was_refused(Calls call, Refusal refusal) {
        server.enqueue(new MockResponse.Builder()
                .code(refusal.status)
                .body(Sample.error(refusal.status, "X", refusal.words))
                .build());
        try (HttpEventStreams streams = HttpEventStreams.builder(server.url("/").uri())
                .token("secret-token")
                .build()) {
            StreamException failure = AppendTest.failure(call.of(streams));

            assertThat(failure.code()).isEqualTo(refusal.code);
            assertThat(failure.isRetryable()).isEqualTo(refusal.code == StreamException.Code.UNAVAILABLE);
            assertThat(failure.path()).contains(Sample.PATH);
            assertThat(failure)
                    .hasMessageStartingWith(call.verb() + " failed: /agents/1 at http://")
                    .hasMessageContaining("the service answered " + refusal.status + ": " + refusal.words + "; ")
                    .hasMessageNotContaining("secret-token");
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void should_say_that_the_file_of_an_import_cannot_be_read() {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(server.url("/").uri()).build()) {
            StreamException failure = AppendTest.failure(streams.importEvents(Sample.PATH, Path.of("no-such-file")));

            assertThat(failure.code()).isEqualTo(StreamException.Code.BAD_REQUEST);
            assertThat(failure).hasMessage("import failed: /agents/1; cannot read no-such-file; give a file of events");
        }
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void should_act_on_the_reason_and_not_on_the_words(StreamException.Code reason) {
        server.enqueue(new MockResponse.Builder()
                .code(reason.status())
                .body("{\"code\":\"X\",\"reason\":\"" + reason + "\",\"status\":" + reason.status()
                        + ",\"message\":\"other words: stream is paused, it is fenced: \"}")
                .build());
        try (HttpEventStreams streams =
                HttpEventStreams.builder(server.url("/").uri()).build()) {
            assertThat(AppendTest.failure(Calls.APPEND.of(streams)).code()).isEqualTo(reason);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"SOMETHING_NEW\"", "7", "null", "{}"})
    void should_go_by_status_and_words_when_the_reason_is_not_known_here(String reason) {
        server.enqueue(new MockResponse.Builder()
                .code(412)
                .body("{\"reason\":" + reason + ",\"message\":\"the stream is paused\"}")
                .build());
        try (HttpEventStreams streams =
                HttpEventStreams.builder(server.url("/").uri()).build()) {
            assertThat(AppendTest.failure(Calls.APPEND.of(streams)).code()).isEqualTo(StreamException.Code.PAUSED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_cancel_every_call_with_its_future(Calls call) throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams =
                        HttpEventStreams.builder(service.uri()).build()) {
            CompletableFuture<?> future = call.of(streams);
            LiveRequest request = service.next();
            future.cancel(false);
            assertThat(request.isClosedWithin(Sample.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"401, FORBIDDEN", "403, FORBIDDEN", "404, NOT_FOUND", "409, CONFLICT", "413, TOO_LARGE"})
    void should_end_a_subscription_with_the_same_code(int status, StreamException.Code code) throws Exception {
        server.enqueue(new MockResponse.Builder().code(status).body("no").build());
        RecordingSubscriber subscriber = new RecordingSubscriber();
        try (HttpEventStreams streams =
                HttpEventStreams.builder(server.url("/").uri()).build()) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            subscriber.expect("end StreamException");
        }
        assertThat(subscriber.causes.get(0)).isInstanceOfSatisfying(StreamException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.path()).contains(Sample.PATH);
        });
    }
}
