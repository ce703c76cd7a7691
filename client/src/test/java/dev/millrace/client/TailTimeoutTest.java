package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TailTimeoutTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(300); // a slow machine may pause for twice as long

    @StartStop
    public final MockWebServer server = new MockWebServer();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService service;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void connect() throws IOException {
        service = new LiveService();
        streams = HttpEventStreams.builder(service.uri())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .heartbeat(HEARTBEAT)
                .build();
    }

    @AfterEach
    void close() throws IOException {
        streams.close();
        service.close();
    }

    @Test
    void should_give_up_a_peer_that_falls_silent() throws Exception {
        RecordingSubscriber subscriber = new RecordingSubscriber();
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest silent = service.next().tail("A", 1).send(Sample.sse(1));
        LiveRequest next = service.next();
        next.tail("A", 1);
        assertThat(next.target).contains("afterOffset=1&");
        subscriber.until("disconnected");
        assertThat(subscriber.causes.get(0)).hasMessageContaining("no data arrived in time");
        assertThat(silent.isClosedWithin(Sample.PATIENCE)).isTrue();
    }

    @Test
    void should_stay_while_only_heartbeats_come() throws Exception {
        // given
        RecordingSubscriber subscriber = new RecordingSubscriber();
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next().tail("A", 0);
        subscriber.expect("connected 'A' 0 gap 0");
        // when
        await().pollInterval(Duration.ofMillis(20))
                .during(HEARTBEAT.multipliedBy(6))
                .atMost(Sample.PATIENCE)
                .until(() -> {
                    tail.send(": \n\n");
                    return subscriber.rest().isEmpty() && service.waiting() == 0;
                });
        // then
        tail.send(Sample.sse(1));
        subscriber.expect("event 1");
    }

    @Test
    void should_not_take_a_busy_subscriber_for_a_silent_peer() throws Exception {
        // given
        BusySubscriber busy = new BusySubscriber();
        streams.subscribe(Sample.PATH, 0, busy);
        LiveRequest tail = service.next().tail("A", 2).send(Sample.sse(1));
        busy.expect("connected 'A' 2 gap 0", "event 1");
        // when the subscriber is busy for much longer than three heartbeats
        await().during(HEARTBEAT.multipliedBy(5))
                .atMost(Sample.PATIENCE)
                .until(() -> busy.rest().isEmpty() && service.waiting() == 0);
        tail.send(Sample.sse(2));
        busy.release();
        // then
        busy.expect("event 2");
    }

    @Test
    void should_not_wait_for_ever_for_the_head_of_an_answer() throws Exception {
        // given
        server.enqueue(tail().newBuilder().headersDelay(1, TimeUnit.MINUTES).build());
        server.enqueue(tail());
        RecordingSubscriber subscriber = new RecordingSubscriber();
        // when
        try (HttpEventStreams patient = HttpEventStreams.builder(server.url("/").uri())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .heartbeat(HEARTBEAT)
                .build()) {
            patient.subscribe(Sample.PATH, 0, subscriber);
            // then
            subscriber.expect("connected 'A' 1 gap 0", "event 1");
        }
    }

    @Test
    void should_refuse_a_heartbeat_that_is_none() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(2))) {
            assertThatThrownBy(() -> HttpEventStreams.builder(service.uri()).heartbeat(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("heartbeat must be 1 ms to 1 day, got " + wrong);
        }
    }

    private static MockResponse tail() {
        return new MockResponse.Builder()
                .addHeader("Content-Type", "text/event-stream")
                .addHeader("Millrace-Incarnation", "A")
                .addHeader("Millrace-Watermark", "1")
                .body(Sample.sse(1))
                .build();
    }
}
