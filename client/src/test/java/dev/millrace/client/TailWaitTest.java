package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Subscription;
import dev.millrace.core.runner.VirtualTimers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Delays and gaps, with a clock that the test advances. */
class TailWaitTest {
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return Long.MAX_VALUE;
        }

        @Override
        public double nextDouble() {
            return 0;
        }
    };

    private final VirtualTimers timers = new VirtualTimers(Sample.NOON);
    private final RecordingSubscriber subscriber = new RecordingSubscriber();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService service;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void connect() throws IOException {
        service = new LiveService();
        streams = HttpEventStreams.builder(service.uri())
                .random(LONGEST)
                .timers(timers)
                .build();
    }

    @AfterEach
    void close() throws IOException {
        streams.close();
        service.close();
    }

    @Test
    void should_measure_the_gap_from_the_last_byte_on_the_clock_of_the_service() throws Exception {
        // given: the service's clock is a day ahead; the last byte, a heartbeat, arrives 7 s after the head of the
        // response
        Instant ahead = Sample.NOON.plus(Duration.ofDays(1));
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest first = service.next().tail("A", 1, ahead);
        subscriber.expect("connected 'A' 1 gap 0");
        timers.advance(Duration.ofSeconds(7));
        first.send(": \n\n" + Sample.sse(1));
        subscriber.expect("event 1");
        // when the machine sleeps: the local clock stops, the service's clock continues
        first.cut();
        subscriber.expect("disconnected");
        await().atMost(Sample.PATIENCE).until(() -> timers.remaining().size() == 1);
        timers.advance(Duration.ofMillis(100));
        service.next().tail("A", 1, ahead.plusSeconds(7 + 3600));
        // then
        subscriber.expect("connected 'A' 1 gap 3600000");
    }

    @Test
    void should_never_report_a_negative_gap() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 1, Sample.NOON).send(Sample.sse(1)).end();
        service.next().tail("A", 1, Sample.NOON.minusSeconds(60));
        subscriber.expect("connected 'A' 1 gap 0", "event 1", "disconnected", "connected 'A' 1 gap 0");
    }

    @Test
    void should_fall_back_to_the_date_of_the_answer() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next()
                .raw(LiveRequest.tailHead("Millrace-Watermark: 1", "Date: Thu, 01 Jan 2026 12:00:00 GMT"))
                .send(Sample.sse(1))
                .end();
        service.next().raw(LiveRequest.tailHead("Millrace-Watermark: 1", "Date: Thu, 01 Jan 2026 12:00:05 GMT"));
        subscriber.expect("connected '' 1 gap 0", "event 1", "disconnected", "connected '' 1 gap 5000");
    }

    @Test
    void should_wait_longer_after_every_failure_up_to_a_limit() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        for (long expected : new long[] {100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000}) {
            service.next().cut();
            passes(Duration.ofMillis(expected));
        }
        service.next().tail("A", 1).send(Sample.sse(1)).cut();
        passes(Duration.ofMillis(100)); // events were delivered, so the delay starts again at the beginning
        service.next();
    }

    @Test
    void should_try_once_at_once_after_an_orderly_end_and_then_wait() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().tail("A", 1).send(Sample.sse(1)).end();
        service.next().tail("A", 1).send(Sample.caughtUp(1)).end();
        passes(Duration.ofMillis(200));
        service.next().tail("A", 1).end();
        passes(Duration.ofMillis(400));
        LiveRequest stays = service.next().tail("A", 1);
        subscriber.until("caught up 1");
        subscriber.expect("disconnected", "connected 'A' 1 gap 0", "disconnected", "connected 'A' 1 gap 0");
        // a long connection has the same effect as one that delivers events
        timers.advance(Duration.ofMinutes(1));
        stays.end();
        service.next();
    }

    @Test
    void should_leave_the_service_alone_for_as_long_as_it_asks() throws Exception {
        streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().answer(503, "text/plain", "stopping", "Retry-After: 30");
        passes(Duration.ofMillis(30_100));
        service.next();
    }

    @Test
    void should_end_at_once_when_it_is_closed_while_it_waits() throws Exception {
        Subscription subscription = streams.subscribe(Sample.PATH, 0, subscriber);
        service.next().answer(503, "text/plain", "stopping");
        await().atMost(Sample.PATIENCE).until(() -> timers.remaining().size() == 1);
        subscription.close();
        subscription.close();
        subscriber.expect("end");
        assertThat(timers.remaining()).isEmpty();
        streams.close();
        assertThat(subscriber.rest()).isEmpty();
    }

    /** Waits for the only timer, checks its delay, and advances the clock by it. */
    private void passes(Duration expected) {
        await().atMost(Sample.PATIENCE).until(() -> timers.remaining().size() == 1);
        assertThat(timers.remaining()).containsExactly(expected);
        timers.advance(expected);
    }
}
