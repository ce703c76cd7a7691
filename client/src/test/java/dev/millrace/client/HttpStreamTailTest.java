package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscription;
import java.io.IOException;
import java.time.Duration;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class HttpStreamTailTest {
    private final RecordingSubscriber subscriber = new RecordingSubscriber();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService service;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void connect() throws IOException {
        service = new LiveService();
        streams = HttpEventStreams.builder(service.uri())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .token("t")
                .build();
    }

    @AfterEach
    void close() throws IOException {
        streams.close();
        service.close();
    }

    @Test
    void should_deliver_history_then_caught_up_then_what_comes() throws Exception {
        // when
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next();
        // then
        assertThat(tail.target).isEqualTo("/api/streams/agents/1?afterOffset=start&caughtUp=true");
        assertThat(tail.headers)
                .containsEntry("accept", "text/event-stream")
                .containsEntry("accept-encoding", "identity")
                .containsEntry("x-project-slug", "public")
                .containsEntry("authorization", "Bearer t")
                .doesNotContainKey("last-event-id");
        // when
        tail.tail("A", 2).send(": \n\n").send(Sample.sse(1) + Sample.sse(2) + Sample.caughtUp(2));
        subscriber.expect("connected 'A' 2 gap 0", "event 1", "event 2", "caught up 2");
        tail.send(": \n\n").send(Sample.sse(3));
        // then
        subscriber.expect("event 3");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void should_begin_after_the_offset_that_was_asked_for() throws Exception {
        streams.subscribe(Sample.PATH, 41, subscriber);
        LiveRequest tail = service.next();
        assertThat(tail.target).contains("afterOffset=41&");
        tail.tail("A", 42).send(Sample.sse(41) + Sample.sse(42));
        subscriber.expect("connected 'A' 42 gap 0", "event 42");
        assertThatThrownBy(() -> streams.subscribe(Sample.PATH, -1, subscriber))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_resume_after_the_last_delivered_event_and_skip_what_it_has_seen() throws Exception {
        // given
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest first = service.next().tail("A", 2).send(Sample.sse(1) + Sample.sse(2) + Sample.caughtUp(2));
        subscriber.expect("connected 'A' 2 gap 0", "event 1", "event 2", "caught up 2");
        // when
        first.send("event: message\ndata: {\"off").cut();
        LiveRequest second = service.next();
        // then
        assertThat(second.target).contains("afterOffset=2&");
        assertThat(second.headers).containsEntry("last-event-id", "2");
        second.tail("A", 3).send(Sample.sse(2) + Sample.sse(3) + Sample.caughtUp(3));
        subscriber.expect("disconnected", "connected 'A' 3 gap 0", "event 3", "caught up 3");
        assertThat(subscriber.causes).hasSize(1);
        assertThat(subscriber.causes.get(0))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("tail failed: /agents/1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "id", "id: 2", "id: 2\n"})
    void should_resume_before_an_event_that_was_cut_after_its_data(String rest) throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next()
                .tail("A", 2)
                .send(Sample.sse(1) + "event: message\ndata: " + Sample.event(2) + "\n" + rest)
                .cut();
        LiveRequest second = service.next();
        assertThat(second.target).contains("afterOffset=1&");
        assertThat(second.headers).containsEntry("last-event-id", "1");
        second.tail("A", 2).send(Sample.sse(2) + Sample.caughtUp(2));
        subscriber.expect(
                "connected 'A' 2 gap 0", "event 1", "disconnected", "connected 'A' 2 gap 0", "event 2", "caught up 2");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void should_say_disconnected_once_for_a_connection_however_many_attempts_fail() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 1).send(Sample.sse(1)).end();
        service.next().cut();
        service.next().answer(503, "text/plain", "starting");
        service.next().answer(200, "text/html", "<p>sign in</p>");
        service.next().tail("A", 1);
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "disconnected", "connected 'A' 1 gap 0");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void should_wait_for_a_stream_that_it_may_not_create() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        for (int attempt = 0; attempt < 2; attempt++) {
            service.next()
                    .answer(
                            404,
                            "application/json",
                            "{\"reason\":\"STREAM_NOT_FOUND\",\"message\":\"there is no stream\"}");
        }
        service.next().tail("A", 1).send(Sample.sse(1));
        subscriber.expect("connected 'A' 1 gap 0", "event 1");
    }

    @Test
    void should_read_another_life_of_the_stream_from_its_beginning() throws Exception {
        // given
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 2).send(Sample.sse(1) + Sample.sse(2)).end();
        // when
        LiveRequest resumed = service.next();
        resumed.tail("B", 5).send(Sample.sse(3));
        LiveRequest fromTheBeginning = service.next();
        // then
        assertThat(resumed.target).contains("afterOffset=2&");
        assertThat(fromTheBeginning.target).contains("afterOffset=start&");
        assertThat(fromTheBeginning.headers).doesNotContainKey("last-event-id");
        fromTheBeginning.tail("B", 5).send(Sample.sse(1));
        subscriber.expect(
                "connected 'A' 2 gap 0", "event 1", "event 2", "disconnected", "connected 'B' 5 gap 0", "event 1");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void should_never_skip_what_it_cannot_read() throws Exception {
        // given
        streams.subscribe(Sample.PATH, 0, subscriber);
        // when
        service.next().tail("A", 2).send(Sample.sse(1) + "data: {\"offset\":2}\n\n" + Sample.sse(3));
        LiveRequest again = service.next();
        // then
        assertThat(again.target).contains("afterOffset=1&");
        again.tail("A", 2).send(Sample.sse(2));
        subscriber.expect("connected 'A' 2 gap 0", "event 1", "disconnected", "connected 'A' 2 gap 0", "event 2");
        assertThat(subscriber.causes.get(0))
                .hasMessageContaining("after offset 1; the service sent something that is not an event");
    }

    @Test
    void should_read_again_after_a_broken_caught_up_mark() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 1).send(Sample.sse(1) + "event: caught-up\ndata: {}\n\n");
        service.next().tail("A", 1).send(Sample.caughtUp(1));
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "disconnected", "connected 'A' 1 gap 0", "caught up 1");
    }

    @Test
    void should_reconnect_after_an_error_event_and_ignore_kinds_it_does_not_know() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next()
                .tail("A", 1)
                .send("event: weather\ndata: rain\n\n" + Sample.sse(1) + "event: error\ndata: "
                        + Sample.error(503, "SLOW_READER", "too slow") + "\n\n" + Sample.sse(2));
        service.next().tail("A", 2).send(Sample.sse(2));
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "disconnected", "connected 'A' 2 gap 0", "event 2");
        assertThat(subscriber.causes.get(0)).hasMessageContaining("the service ended it: too slow");
    }

    @Test
    void should_end_without_a_failure_when_the_service_says_that_the_stream_was_destroyed() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next().tail("A", 1).send(Sample.sse(1) + "event: destroyed\ndata: {}\n\n");
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "end");
        assertThat(tail.isClosedWithin(Sample.PATIENCE)).isTrue();
        assertThat(service.waiting()).isZero();
    }

    @Test
    void should_end_without_a_failure_when_there_is_no_stream_any_more() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 1).send(Sample.sse(1)).end();
        LiveRequest again = service.next();
        assertThat(again.headers).containsEntry("last-event-id", "1");
        again.raw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").cut();
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "disconnected", "end");
        assertThat(service.waiting()).isZero();
    }

    @Test
    void should_try_again_when_a_first_answer_is_empty() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next()
                .raw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                .cut();
        service.next().tail("A", 1).send(Sample.sse(1));
        subscriber.expect("connected 'A' 1 gap 0", "event 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 413})
    void should_end_at_an_answer_that_would_stay_the_same(int status) throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().answer(status, "application/json", Sample.error(status, "X", "never"));
        subscriber.expect("end StreamException");
        assertThat(subscriber.causes.get(0)).hasMessageContaining(status + ": never");
        assertThat(service.waiting()).isZero();
    }

    @Test
    void should_end_with_what_the_subscriber_throws() throws Exception {
        // given
        RecordingSubscriber failing = new RecordingSubscriber() {
            @Override
            public void onEvent(Event event) {
                super.onEvent(event);
                throw new IllegalStateException("cannot");
            }
        };
        Subscription subscription = streams.subscribe(Sample.PATH, 0, failing);
        // when
        LiveRequest tail = service.next().tail("A", 2).send(Sample.sse(1) + Sample.sse(2));
        // then
        failing.expect("connected 'A' 2 gap 0", "event 1", "end IllegalStateException");
        assertThat(tail.isClosedWithin(Sample.PATIENCE)).isTrue();
        subscription.close();
        assertThat(failing.rest()).isEmpty();
    }

    @Test
    void should_end_when_the_subscriber_throws_at_a_lost_connection() throws Exception {
        RecordingSubscriber failing = new RecordingSubscriber() {
            @Override
            public void onDisconnected(Throwable cause) {
                throw new IllegalStateException("cannot", cause);
            }
        };
        streams.subscribe(Sample.PATH, 0, failing);
        service.next().tail("A", 0).end();
        failing.expect("connected 'A' 0 gap 0", "end IllegalStateException");
    }

    @Test
    void should_ask_for_the_state_where_the_service_does_not_say_its_watermark() throws Exception {
        // given
        String state = "{\"projectSlug\":\"public\",\"path\":\"/agents/1\",\"eventCount\":2}";
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().raw(LiveRequest.tailHead());
        // when
        LiveRequest question = service.next();
        assertThat(question.target).isEqualTo("/api/streams/__state/agents/1");
        question.answer(200, "application/json", state);
        LiveRequest tail = service.next();
        tail.raw(LiveRequest.tailHead()).send(Sample.sse(1) + Sample.sse(2) + Sample.sse(3));
        // then
        subscriber.expect("connected '' 2 gap 0", "event 1", "event 2", "caught up 2", "event 3");
        // when the connection is lost, it is asked first
        tail.end();
        service.next().answer(200, "application/json", state.replace(":2}", ":3}"));
        service.next().raw(LiveRequest.tailHead());
        subscriber.expect("disconnected");
        assertThat(subscriber.until("caught up 3").get(0)).startsWith("connected '' 3 gap ");
    }

    @Test
    void should_ask_again_when_the_state_cannot_be_had() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().raw(LiveRequest.tailHead());
        service.next().answer(200, "text/html", "<p>");
        service.next().answer(503, "text/plain", "stopping");
        service.next()
                .answer(200, "application/json", "{\"projectSlug\":\"p\",\"path\":\"/agents/1\",\"eventCount\":0}");
        service.next().raw(LiveRequest.tailHead("Millrace-Time: yesterday", "Millrace-Watermark: many"));
        subscriber.expect("connected '' 0 gap 0", "caught up 0");
    }

    @Test
    void should_understand_a_live_answer_that_was_compressed_on_the_way_all_the_same() throws Exception {
        Buffer zipped = new Buffer();
        BufferedSink sink = Okio.buffer(new GzipSink(zipped));
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next()
                .raw(LiveRequest.tailHead(
                        "Content-Encoding: gzip", "Millrace-Incarnation: A", "Millrace-Watermark: 1"));
        for (long offset = 1; offset <= 3; offset++) {
            sink.writeUtf8(Sample.sse(offset)).flush();
            byte[] bytes = zipped.readByteArray();
            tail.raw(Integer.toHexString(bytes.length) + "\r\n").raw(bytes).raw("\r\n");
            if (offset == 1) {
                subscriber.expect("connected 'A' 1 gap 0");
            }
            subscriber.expect("event " + offset);
        }
        tail.cut();
        assertThat(service.next().target).contains("afterOffset=3&");
    }

    @Test
    void should_try_again_when_the_answer_has_an_encoding_that_it_did_not_ask_for() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().raw(LiveRequest.tailHead("Content-Encoding: br", "Millrace-Watermark: 1"));
        service.next().tail("A", 1).send(Sample.sse(1));
        subscriber.expect("connected 'A' 1 gap 0", "event 1");
    }
}
