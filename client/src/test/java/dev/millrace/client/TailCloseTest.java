package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TailCloseTest {
    private static final Duration PROMPT = Duration.ofSeconds(10); // less than the read time-out of the tail

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
                .build();
    }

    @AfterEach
    void close() throws IOException {
        streams.close();
        service.close();
    }

    @Test
    void should_close_the_socket_of_a_silent_service_at_once() throws Exception {
        Subscription subscription = streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next().tail("A", 0);
        subscriber.expect("connected 'A' 0 gap 0");
        subscription.close();
        assertThat(tail.isClosedWithin(PROMPT)).isTrue();
        subscriber.expect("end");
        subscription.close();
        assertThat(subscriber.rest()).isEmpty();
        assertThat(service.waiting()).isZero();
    }

    @Test
    void should_close_the_socket_at_once_when_the_answer_has_not_begun() throws Exception {
        Subscription subscription = streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest tail = service.next();
        subscription.close();
        assertThat(tail.isClosedWithin(PROMPT)).isTrue();
        subscriber.expect("end");
    }

    @Test
    void should_close_the_socket_at_once_and_end_when_the_busy_subscriber_returns() throws Exception {
        // given
        BusySubscriber busy = new BusySubscriber();
        Subscription subscription = streams.subscribe(Sample.PATH, 0, busy);
        LiveRequest tail = service.next().tail("A", 3).send(Sample.sse(1) + Sample.sse(2) + Sample.sse(3));
        busy.expect("connected 'A' 3 gap 0", "event 1");
        // when
        subscription.close();
        // then
        assertThat(tail.isClosedWithin(PROMPT)).isTrue();
        assertThat(busy.rest()).isEmpty();
        busy.release();
        busy.expect("end");
        assertThat(busy.rest()).isEmpty();
    }

    @Test
    void should_deliver_nothing_more_when_it_is_closed_from_a_callback() throws Exception {
        // given
        CompletableFuture<Subscription> own = new CompletableFuture<>();
        RecordingSubscriber closing = new RecordingSubscriber() {
            @Override
            public void onEvent(Event event) {
                super.onEvent(event);
                own.orTimeout(30, TimeUnit.SECONDS).join().close();
            }
        };
        own.complete(streams.subscribe(Sample.PATH, 0, closing));
        // when
        service.next().tail("A", 2).send(Sample.sse(1) + Sample.sse(2) + Sample.caughtUp(2));
        // then
        closing.expect("connected 'A' 2 gap 0", "event 1", "end");
        assertThat(closing.rest()).isEmpty();
    }

    @Test
    void should_end_every_subscription_with_the_client() throws Exception {
        // given
        BusySubscriber busy = new BusySubscriber();
        streams.subscribe(Sample.PATH, 0, subscriber);
        LiveRequest silent = service.next().tail("A", 0);
        streams.subscribe(Sample.PATH, 0, busy);
        LiveRequest blocked = service.next().tail("A", 1).send(Sample.sse(1));
        subscriber.expect("connected 'A' 0 gap 0");
        busy.expect("connected 'A' 1 gap 0", "event 1");
        // when
        streams.close();
        // then
        assertThat(silent.isClosedWithin(PROMPT)).isTrue();
        assertThat(blocked.isClosedWithin(PROMPT)).isTrue();
        subscriber.expect("end");
        busy.release();
        busy.expect("end");
        assertThatThrownBy(() -> streams.subscribe(Sample.PATH, 0, subscriber))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("this client is closed");
        await().atMost(Sample.PATIENCE)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("millrace-tail-")));
    }

    @Test
    void should_hold_many_tails_of_one_service_at_once() throws Exception {
        for (int n = 0; n < 80; n++) {
            streams.subscribe(Sample.PATH, 0, subscriber);
        }
        for (int n = 0; n < 80; n++) {
            service.next().tail("A", 0);
        }
        for (int n = 0; n < 80; n++) {
            subscriber.until("connected 'A' 0 gap 0");
        }
    }

    @Test
    void should_say_the_last_word_exactly_once_however_close_and_loss_race() throws Exception {
        for (int n = 0; n < 200; n++) {
            RecordingSubscriber racing = new RecordingSubscriber();
            StreamPath path = StreamPath.of("/race-" + n);
            Subscription subscription = streams.subscribe(path, 0, racing);
            LiveRequest tail = service.next();
            while (!tail.target.contains(path + "?")) {
                tail.cut(); // the reconnect of the last subscription
                tail = service.next();
            }
            LiveRequest raced = tail.tail("A", 0);
            racing.expect("connected 'A' 0 gap 0");
            CompletableFuture<Void> loss = CompletableFuture.runAsync(raced::end);
            CompletableFuture<Void> close = CompletableFuture.runAsync(subscription::close);
            join(loss);
            join(close);
            assertThat(racing.until("end")).isSubsetOf("disconnected", "connected 'A' 0 gap 0", "end");
            assertThat(racing.rest()).isEmpty();
        }
    }

    private static void join(CompletableFuture<Void> future) throws Exception {
        try {
            future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(UncheckedIOException.class); // closed before it could end
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
