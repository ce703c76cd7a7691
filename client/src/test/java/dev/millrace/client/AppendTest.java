package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.POJONode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class AppendTest {
    @StartStop
    public final MockWebServer server = new MockWebServer();

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void connect() {
        streams = HttpEventStreams.builder(server.url("/").uri())
                .project(ProjectSlug.of("blue"))
                .token("secret-token")
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .build();
    }

    @AfterEach
    void close() {
        streams.close();
    }

    @Test
    void should_send_the_bare_event_and_answer_with_the_stored_one() throws Exception {
        // given
        server.enqueue(answer("{\"event\":" + Sample.event(2, "said", "{\"n\":1.50}") + "}"));
        EventInput input = EventInput.builder()
                .type("said")
                .payload(JsonCodec.parse("{\"n\":1.50}"))
                .metadata(JsonCodec.parse("{\"by\":\"me\"}"))
                .idempotencyKey("k1")
                .offset(2)
                .build();
        // when
        AppendResult appended = get(streams.append(Sample.PATH, input));
        // then
        assertThat(appended.offset()).isEqualTo(2);
        assertThat(appended.replayed()).isFalse();
        assertThat(appended.diverged()).isFalse();
        assertThat(appended.event().createdAt()).isEqualTo(Sample.NOON);
        RecordedRequest request = request();
        assertThat(request.getRequestLine()).startsWith("POST /api/streams/agents/1 ");
        assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(request.getHeaders().get("X-Project-Slug")).isEqualTo("blue");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer secret-token");
        assertThat(body(request))
                .isEqualTo("{\"type\":\"said\",\"payload\":{\"n\":1.50},\"metadata\":{\"by\":\"me\"},"
                        + "\"idempotencyKey\":\"k1\",\"offset\":2}");
    }

    @Test
    void should_escape_the_root_and_first_segments_that_look_like_routes() throws Exception {
        server.enqueue(answer("{\"event\":" + Sample.event(2) + "}"));
        server.enqueue(answer("{\"event\":" + Sample.event(2) + "}"));
        get(streams.append(StreamPath.root(), Sample.input("said", "{}")));
        get(streams.append(StreamPath.of("/__state/a"), Sample.input("said", "{}")));
        assertThat(request().getTarget()).isEqualTo("/api/streams/%2F");
        assertThat(request().getTarget()).isEqualTo("/api/streams/%2F__state%2Fa");
    }

    @Test
    void should_tell_a_replay_of_the_same_from_a_replay_of_something_else() throws Exception {
        // given
        String stored = Sample.keyedEvent(2, "said", "{\"n\":1.0,\"m\":2}", "k");
        server.enqueue(replay(stored));
        server.enqueue(replay(stored));
        // when
        AppendResult same = get(streams.append(Sample.PATH, Sample.keyed("said", "{\"m\":2,\"n\":1}", "k")));
        AppendResult other = get(streams.append(Sample.PATH, Sample.keyed("said", "{\"m\":2,\"n\":1.1}", "k")));
        // then
        assertThat(same)
                .extracting(AppendResult::replayed, AppendResult::diverged)
                .containsExactly(true, false);
        assertThat(other)
                .extracting(AppendResult::replayed, AppendResult::diverged)
                .containsExactly(true, true);
    }

    @Test
    void should_append_a_batch_and_say_of_each_event_whether_it_is_a_replay() throws Exception {
        // given
        server.enqueue(answer("{\"events\":[" + Sample.keyedEvent(2, "a", "{}", "k1") + ","
                + Sample.keyedEvent(7, "b", "{\"x\":1}", "k2") + "],\"replayed\":[true,false]}"));
        // when
        List<AppendResult> appended = get(streams.appendAll(
                Sample.PATH, List.of(Sample.keyed("a", "{}", "k1"), Sample.keyed("b", "{\"x\":1}", "k2"))));
        // then
        assertThat(appended).extracting(AppendResult::offset).containsExactly(2L, 7L);
        assertThat(appended).extracting(AppendResult::replayed).containsExactly(true, false);
        assertThat(appended).extracting(AppendResult::diverged).containsExactly(false, false);
        assertThat(JsonCodec.parse(body(request())))
                .isEqualTo(JsonCodec.parse("[{\"type\":\"a\",\"payload\":{},\"idempotencyKey\":\"k1\"},"
                        + "{\"type\":\"b\",\"payload\":{\"x\":1},\"idempotencyKey\":\"k2\"}]"));
    }

    @Test
    void should_find_what_must_be_a_replay_in_a_batch_whose_service_does_not_mark_them() throws Exception {
        // given
        String events = "{\"events\":[" + Sample.keyedEvent(2, "a", "{\"old\":1}", "k1") + ","
                + Sample.event(7, "invalid-event-appended", "{}") + "," + Sample.keyedEvent(8, "c", "{}", "k3") + ","
                + Sample.keyedEvent(8, "c", "{}", "k3") + "]}";
        List<EventInput> inputs = List.of(
                Sample.keyed("a", "{}", "k1"),
                Sample.keyed("b", "{}", "k2"),
                Sample.keyed("c", "{}", "k3"),
                Sample.keyed("c", "{}", "k3"));
        server.enqueue(answer(events));
        server.enqueue(answer(events)
                .newBuilder()
                .addHeader("Idempotent-Replayed", "true")
                .build());
        // when
        List<AppendResult> some = get(streams.appendAll(Sample.PATH, inputs));
        List<AppendResult> all = get(streams.appendAll(Sample.PATH, inputs));
        // then
        assertThat(some).extracting(AppendResult::replayed).containsExactly(true, false, false, true);
        assertThat(some).extracting(AppendResult::diverged).containsExactly(true, false, false, false);
        assertThat(all).allMatch(AppendResult::replayed);
    }

    @Test
    void should_refuse_what_cannot_be_sent_without_sending_anything() {
        assertThat(failure(streams.appendAll(Sample.PATH, List.of())))
                .hasMessageContaining("append failed: /agents/1; a batch needs at least one event")
                .extracting(StreamException::code)
                .isEqualTo(StreamException.Code.BAD_REQUEST);
        EventInput unwritable = EventInput.builder()
                .type("said")
                .payload(JsonNodeFactory.instance.objectNode().set("self", new POJONode(new Unwritable())))
                .build();
        assertThat(failure(streams.append(Sample.PATH, unwritable)).code()).isEqualTo(StreamException.Code.BAD_REQUEST);
        assertThat(server.getRequestCount()).isZero();
    }

    /** A payload with a getter that throws. */
    static final class Unwritable {
        public String getText() {
            throw new IllegalStateException("no text");
        }
    }

    @Test
    void should_send_a_keyed_append_again_when_the_connection_breaks() throws Exception {
        // given: the connection breaks during the answer, so the client does not know whether the event was stored
        server.enqueue(answer("{\"event\":" + Sample.event(2) + "}")
                .newBuilder()
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(replay(Sample.keyedEvent(2, "said", "{}", "k")));
        // when
        AppendResult appended = get(streams.append(Sample.PATH, Sample.keyed("said", "{}", "k")));
        // then
        assertThat(appended)
                .extracting(AppendResult::replayed, AppendResult::diverged)
                .containsExactly(true, false);
        assertThat(server.getRequestCount()).isEqualTo(3);
    }

    @Test
    void should_give_up_after_three_retries() {
        for (int i = 0; i < 5; i++) {
            server.enqueue(new MockResponse.Builder()
                    .onResponseStart(new SocketEffect.CloseSocket())
                    .build());
        }
        StreamException failure = failure(streams.append(Sample.PATH, Sample.keyed("said", "{}", "k")));
        assertThat(failure.code()).isEqualTo(StreamException.Code.UNAVAILABLE);
        assertThat(failure.isRetryable()).isTrue();
        assertThat(server.getRequestCount()).isEqualTo(4);
    }

    @Test
    void should_never_send_an_append_without_a_key_twice() {
        // given: a kept connection that breaks after the second request, which the HTTP library would send again
        server.enqueue(answer("{\"event\":" + Sample.event(2) + "}"));
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(answer("{\"event\":" + Sample.event(3) + "}"));
        // when
        assertThat(get(streams.append(Sample.PATH, Sample.input("said", "{}"))).offset())
                .isEqualTo(2);
        StreamException failure = failure(streams.append(Sample.PATH, Sample.input("said", "{}")));
        // then
        assertThat(failure.code()).isEqualTo(StreamException.Code.UNAVAILABLE);
        assertThat(failure.path()).contains(Sample.PATH);
        assertThat(server.getRequestCount()).isEqualTo(2);
    }

    @Test
    void should_send_a_broken_batch_again_only_when_every_event_has_a_key() {
        // given
        String both = "{\"events\":[" + Sample.event(2) + "," + Sample.event(3) + "],\"replayed\":[true,true]}";
        MockResponse broken = answer(both)
                .newBuilder()
                .onResponseBody(new SocketEffect.CloseSocket())
                .build();
        server.enqueue(broken);
        // when one has none
        StreamException failure = failure(
                streams.appendAll(Sample.PATH, List.of(Sample.keyed("said", "{}", "k"), Sample.input("said", "{}"))));
        // then
        assertThat(failure.code()).isEqualTo(StreamException.Code.UNAVAILABLE);
        assertThat(server.getRequestCount()).isEqualTo(1);
        // when all have one
        server.enqueue(broken);
        server.enqueue(answer(both));
        List<AppendResult> appended = get(streams.appendAll(
                Sample.PATH, List.of(Sample.keyed("said", "{}", "k"), Sample.keyed("said", "{}", "l"))));
        // then
        assertThat(appended).allMatch(AppendResult::replayed);
        assertThat(server.getRequestCount()).isEqualTo(3);
    }

    @Test
    void should_report_an_answer_of_the_service_without_a_retry() {
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .body(Sample.error(503, "UNAVAILABLE", "stopping"))
                .build());
        assertThat(failure(streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"))))
                .hasMessageContaining("503: stopping");
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void should_not_follow_a_redirect_because_an_append_would_become_a_read() {
        server.enqueue(new MockResponse.Builder()
                .code(301)
                .addHeader("Location", "https://elsewhere.example/")
                .build());
        assertThat(failure(streams.append(Sample.PATH, Sample.input("said", "{}"))))
                .hasMessageContaining("301: it moved to https://elsewhere.example/; check the base URL")
                .extracting(StreamException::code)
                .isEqualTo(StreamException.Code.NOT_FOUND);
    }

    @Test
    void should_cancel_the_call_with_the_future_and_let_the_next_append_pass() throws Exception {
        // given
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        server.enqueue(answer("{\"event\":" + Sample.event(2) + "}"));
        CompletableFuture<AppendResult> stalled = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
        CompletableFuture<AppendResult> dropped = streams.append(Sample.PATH, Sample.keyed("dropped", "{}", "l"));
        CompletableFuture<AppendResult> next = streams.append(Sample.PATH, Sample.input("next", "{}"));
        request();
        // when
        dropped.cancel(false);
        stalled.cancel(false);
        // then
        assertThat(get(next).offset()).isEqualTo(2);
        assertThat(body(request())).contains("next");
    }

    @Test
    void should_fail_what_is_under_way_when_it_is_closed() throws Exception {
        // given
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        CompletableFuture<AppendResult> underWay = streams.append(Sample.PATH, Sample.keyed("said", "{}", "k"));
        CompletableFuture<AppendResult> waiting = streams.append(Sample.PATH, Sample.keyed("said", "{}", "l"));
        CompletableFuture<List<Event>> reading = streams.read(StreamPath.of("/other"), ReadRange.all());
        request();
        // when
        streams.close();
        streams.close();
        // then
        for (CompletableFuture<?> future : List.of(underWay, waiting, reading, streams.list(Sample.PATH))) {
            assertThat(failure(future))
                    .hasMessageContaining("this client is closed")
                    .extracting(StreamException::code)
                    .isEqualTo(StreamException.Code.UNAVAILABLE);
        }
        await().atMost(Sample.PATIENCE).until(() -> threads("millrace-call-") == 0);
    }

    @Test
    void should_keep_the_token_out_of_messages() {
        assertThatThrownBy(() -> HttpEventStreams.builder(server.url("/").uri()).token("geheim\nnis"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("geheim");
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    private RecordedRequest request() throws InterruptedException {
        RecordedRequest request = server.takeRequest(30, TimeUnit.SECONDS);
        return Objects.requireNonNull(request, "no request came");
    }

    static String body(RecordedRequest request) {
        return request.getBody() == null ? "" : request.getBody().utf8();
    }

    public static MockResponse answer(String json) {
        return new MockResponse.Builder()
                .addHeader("Content-Type", "application/json")
                .body(json)
                .build();
    }

    private static MockResponse replay(String event) {
        return answer("{\"event\":" + event + "}")
                .newBuilder()
                .addHeader("Idempotent-Replayed", "true")
                .build();
    }

    public static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(Sample.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    static StreamException failure(CompletableFuture<?> future) {
        Throwable failure = future.handle((value, thrown) -> thrown)
                .orTimeout(Sample.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        assertThat(failure).isInstanceOf(StreamException.class);
        return (StreamException) failure;
    }
}
