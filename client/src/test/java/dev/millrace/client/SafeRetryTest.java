package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.AppendResult;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are sent again and when, and which connection they use. */
class SafeRetryTest {
    @StartStop
    public final MockWebServer server = new MockWebServer();

    private final VirtualTimers time = new VirtualTimers(Sample.NOON);

    private HttpEventStreams streams(UnaryOperator<HttpEventStreams.Builder> more) {
        return more.apply(HttpEventStreams.builder(server.url("/").uri())
                        .timers(time)
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .build();
    }

    private static MockResponse stored(String key) {
        return AppendTest.answer("{\"event\":" + Sample.keyedEvent(2, "said", "{}", key) + "}");
    }

    private static MockResponse leaveAlone(int status, String seconds) {
        return new MockResponse.Builder()
                .code(status)
                .addHeader("Retry-After", seconds)
                .body(Sample.error(status, "UNAVAILABLE", "busy"))
                .build();
    }

    private void awaitWaiting() {
        Awaitility.await().atMost(Sample.PATIENCE).until(() -> !time.remaining().isEmpty());
    }

    private static String keyIn(RecordedRequest request) {
        return JsonCodec.parse(Objects.requireNonNull(request.getBody()).toByteArray())
                .path("idempotencyKey")
                .asText();
    }

    @Test
    void should_send_a_keyed_append_again_when_the_service_asked_to_wait_and_not_before() throws Exception {
        server.enqueue(leaveAlone(503, "7"));
        server.enqueue(leaveAlone(429, "20"));
        server.enqueue(stored("k"));
        try (HttpEventStreams streams = streams(builder -> builder)) {
            CompletableFuture<AppendResult> append = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
            awaitWaiting();
            assertThat(time.remaining()).allMatch(wait -> wait.compareTo(Duration.ofSeconds(7)) >= 0);
            time.advance(Duration.ofMillis(6_999));
            assertThat(server.getRequestCount()).isEqualTo(1);

            time.advance(Duration.ofMillis(2));
            awaitWaiting();
            assertThat(time.remaining()).allMatch(wait -> wait.compareTo(Duration.ofSeconds(20)) >= 0);
            time.advance(Duration.ofMillis(20_001));
            assertThat(AppendTest.get(append).offset()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1"})
    void should_send_a_keyed_append_again_when_its_body_was_cut_off(String retryAfter) throws Exception {
        MockResponse cutOff = leaveAlone(408, "1");
        server.enqueue(
                retryAfter.isEmpty()
                        ? cutOff.newBuilder().removeHeader("Retry-After").build()
                        : cutOff);
        server.enqueue(stored("k"));
        try (HttpEventStreams streams = streams(builder -> builder)) {
            CompletableFuture<AppendResult> append = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
            awaitWaiting();
            time.advance(Duration.ofSeconds(2));
            assertThat(AppendTest.get(append).offset()).isEqualTo(2);
        }
    }

    @Test
    void should_report_at_once_what_may_not_or_need_not_wait() {
        server.enqueue(leaveAlone(503, "7"));
        server.enqueue(leaveAlone(503, "31"));
        server.enqueue(leaveAlone(500, "7"));
        try (HttpEventStreams streams = streams(builder -> builder)) {
            assertThatThrownBy(() -> AppendTest.get(streams.append(Sample.PATH, Sample.input("said", "{}"))))
                    .hasCauseInstanceOf(StreamException.class)
                    .hasMessageContaining("busy");
            for (int refusal = 0; refusal < 2; refusal++) {
                assertThatThrownBy(() -> AppendTest.get(streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"))))
                        .hasCauseInstanceOf(StreamException.class)
                        .hasMessageContaining("busy");
            }
        }
        assertThat(server.getRequestCount()).isEqualTo(3);
        assertThat(time.remaining()).isEmpty();
    }

    @Test
    void should_give_a_key_to_every_append_without_one_when_told_how() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .onRequestBody(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(stored("generated-1"));
        server.enqueue(stored("own"));
        AtomicInteger count = new AtomicInteger();
        try (HttpEventStreams streams =
                streams(builder -> builder.idempotencyKeys(() -> "generated-" + count.incrementAndGet()))) {
            CompletableFuture<AppendResult> append = streams.append(Sample.PATH, Sample.input("said", "{}"));
            awaitWaiting();
            time.advance(Duration.ofSeconds(1));
            assertThat(AppendTest.get(append).event().idempotencyKey()).contains("generated-1");
            AppendTest.get(streams.append(Sample.PATH, Sample.keyed("said", "{}", "own")));

            server.enqueue(AppendTest.answer("{\"events\":[" + Sample.keyedEvent(3, "a", "{}", "own-2") + ","
                    + Sample.keyedEvent(4, "b", "{}", "generated-2") + "],\"replayed\":[false,false]}"));
            AppendTest.get(
                    streams.appendAll(Sample.PATH, List.of(Sample.keyed("a", "{}", "own-2"), Sample.input("b", "{}"))));
        }
        assertThat(count).hasValue(2);
        server.takeRequest(30, TimeUnit.SECONDS);
        assertThat(keyIn(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))))
                .isEqualTo("generated-1");
        assertThat(keyIn(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))))
                .isEqualTo("own");
        assertThat(Objects.requireNonNull(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))
                                .getBody())
                        .utf8())
                .contains("own-2", "generated-2");
    }

    @Test
    void should_use_one_connection_for_calls_that_follow_one_another() throws Exception {
        try (HttpEventStreams streams = streams(builder -> builder)) {
            for (int call = 0; call < 3; call++) {
                server.enqueue(stored("k"));
                AppendTest.get(streams.append(Sample.PATH, Sample.keyed("said", "{}", "k")));
            }
        }
        for (int call = 0; call < 3; call++) {
            RecordedRequest request = Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS));
            assertThat(request.getConnectionIndex()).isZero();
            assertThat(request.getExchangeIndex()).isEqualTo(call);
        }
    }

    @Test
    void should_ask_for_compressed_reads_and_understand_them() throws Exception {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(Sample.event(1) + "\n" + Sample.event(2) + "\n");
        }
        server.enqueue(new MockResponse.Builder()
                .addHeader("Content-Encoding", "gzip")
                .body(zipped)
                .build());
        try (HttpEventStreams streams = streams(builder -> builder)) {
            assertThat(AppendTest.get(streams.read(Sample.PATH, dev.millrace.core.ReadRange.all())))
                    .hasSize(2);
        }
        assertThat(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))
                        .getHeaders()
                        .get("Accept-Encoding"))
                .contains("gzip");
    }

    @Test
    void should_let_the_interceptors_of_a_client_of_the_user_see_every_attempt() throws Exception {
        server.enqueue(leaveAlone(503, "1"));
        server.enqueue(stored("k"));
        AtomicInteger seen = new AtomicInteger();
        OkHttpClient own = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    seen.incrementAndGet();
                    return chain.proceed(chain.request()
                            .newBuilder()
                            .header("Authorization", "Bearer fresh-" + seen.get())
                            .build());
                })
                .build();
        try (HttpEventStreams streams =
                streams(builder -> builder.httpClient(own).token("stale"))) {
            CompletableFuture<AppendResult> append = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
            awaitWaiting();
            time.advance(Duration.ofSeconds(2));
            AppendTest.get(append);
        }
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThat(Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS))
                            .getHeaders()
                            .get("Authorization"))
                    .isEqualTo("Bearer fresh-" + attempt);
        }
    }

    @Test
    void should_draw_how_long_an_append_waits_from_a_range_that_doubles() throws Exception {
        RandomGenerator half = new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("nextLong must not be called: a delay uses a part of its bound");
            }

            @Override
            public double nextDouble() {
                return 0.5;
            }
        };
        MockResponse lost = new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build();
        server.enqueue(lost);
        server.enqueue(lost);
        server.enqueue(leaveAlone(503, "7"));
        server.enqueue(stored("k"));
        try (HttpEventStreams streams =
                streams(builder -> builder.random(half).backoff(Duration.ofMillis(100), Duration.ofSeconds(10)))) {
            CompletableFuture<AppendResult> append = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
            for (long expected : new long[] {75, 150, 7_000 + 300}) {
                awaitWaiting();
                assertThat(time.remaining()).hasSize(1);
                assertThat(time.remaining().get(0).toMillis()).isEqualTo(expected);
                time.advance(Duration.ofMillis(expected + 1));
            }
            assertThat(AppendTest.get(append).offset()).isEqualTo(2);
        }
    }

    @Test
    void should_send_an_append_once_for_those_who_send_it_again_themselves() throws Exception {
        server.enqueue(leaveAlone(503, "7"));
        try (HttpEventStreams streams = streams(builder -> builder)) {
            CompletableFuture<AppendResult> append =
                    streams.withoutRetries().append(Sample.PATH, Sample.keyed("said", "{}", "k"));

            assertThat(AppendTest.failure(append).retryAfter()).contains(Duration.ofSeconds(7));
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void should_send_what_changes_something_once_on_a_connection_that_breaks(Calls call) {
        // given: a kept connection, on which the HTTP library sends requests again that it takes to be harmless
        server.enqueue(new MockResponse.Builder().code(400).build());
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(new MockResponse.Builder().code(404).build());
        try (HttpEventStreams streams = streams(builder -> builder)) {
            AppendTest.failure(call.of(streams));
            // when
            CompletableFuture<?> second = call.of(streams);
            if (call == Calls.APPEND || call == Calls.APPEND_ALL) {
                awaitWaiting(); // it has a key, so the client sends it again, but not at once
            } else {
                assertThat(AppendTest.failure(second).code())
                        .isEqualTo(
                                call.changesSomething()
                                        ? StreamException.Code.UNAVAILABLE
                                        : StreamException.Code.NOT_FOUND);
            }
        }
        // then
        assertThat(server.getRequestCount()).isEqualTo(call.changesSomething() ? 2 : 3);
    }

    @ParameterizedTest
    @CsvSource({"503, 0", "503, 1", "408, 0", "429, 0"})
    void should_not_let_the_http_library_send_an_append_again(int status, String seconds) {
        server.enqueue(leaveAlone(status, seconds));
        server.enqueue(stored("k"));
        try (HttpEventStreams streams = streams(builder -> builder)) {
            assertThat(AppendTest.failure(streams.append(Sample.PATH, Sample.input("said", "{}")))
                            .code())
                    .isEqualTo(StreamException.Code.UNAVAILABLE);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }
}
