package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineEventStreamsTest {
    private final EngineFixture fixture = new EngineFixture();
    private final EventStreams streams = fixture.engine.streams(PUBLIC);

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void should_answer_with_the_stored_event() {
        EventInput input = EventInput.builder()
                .type("hello")
                .payload(JsonCodec.parse("{\"n\":1.50}"))
                .metadata(JsonCodec.parse("{\"by\":\"me\"}"))
                .idempotencyKey("k")
                .build();

        AppendResult first = get(streams.append(path("/a"), input));
        AppendResult again = get(streams.append(path("/a"), input));

        assertThat(first.event())
                .isEqualTo(Event.builder()
                        .path(path("/a"))
                        .offset(2)
                        .type("hello")
                        .payloadJson(JsonCodec.parse("{\"n\":1.50}"))
                        .metadata(JsonCodec.parse("{\"by\":\"me\"}"))
                        .idempotencyKey("k")
                        .createdAt(fixture.timers.now())
                        .build());
        assertThat(again.event()).isEqualTo(first.event());
        assertThat(again.replayed()).isTrue();
        assertThat(again.diverged()).isFalse();
    }

    @Test
    void should_keep_an_input_that_breaks_the_rules() {
        AppendResult kept = get(streams.append(
                path("/a"),
                EventInput.builder()
                        .type("t")
                        .payload(JsonNodeFactory.instance.arrayNode())
                        .build()));

        assertThat(BuiltInType.of(kept.event().type())).contains(BuiltInType.INVALID_EVENT_APPENDED);
        assertThat(kept.event().payloadJson().path("error").textValue()).startsWith("payload: ");
    }

    @Test
    void should_fail_with_nothing_but_stream_exceptions() {
        assertFailed(Code.BAD_REQUEST, streams.appendAll(path("/a"), List.of()));
        assertFailed(
                Code.OFFSET_MISMATCH,
                streams.append(
                        path("/a"), EventInput.builder().type("t").offset(7).build()));
    }

    @Test
    void should_read_any_range() {
        List<EventInput> many = IntStream.range(0, 400)
                .mapToObj(n -> EventInput.ofType("t" + n % 2))
                .toList();
        get(streams.appendAll(path("/a"), many));

        assertThat(offsets(ReadRange.all()))
                .isEqualTo(LongStream.rangeClosed(1, 401).boxed().toList());
        assertThat(offsets(ReadRange.after(399))).containsExactly(400L, 401L);
        assertThat(offsets(ReadRange.builder().beforeOffset(3).build())).containsExactly(1L, 2L);
        assertThat(offsets(ReadRange.builder()
                        .afterOffset(2)
                        .limit(3)
                        .addType("t1")
                        .build()))
                .containsExactly(3L, 5L, 7L);
        assertThat(offsets(ReadRange.builder().descending(true).limit(300).build()))
                .isEqualTo(
                        LongStream.iterate(401, n -> n - 1).limit(300).boxed().toList());
        assertThat(offsets(ReadRange.builder().descending(true).build())).hasSize(401);
        assertThat(get(streams.read(path("/new"), ReadRange.all()))).hasSize(1);
    }

    @Test
    void should_end_a_subscription_in_the_middle_of_a_page_when_it_is_closed() throws InterruptedException {
        get(streams.appendAll(path("/a"), List.of(EventInput.ofType("t"), EventInput.ofType("t"))));
        Slow subscriber = new Slow();
        Subscription subscription = streams.subscribe(path("/a"), 0, subscriber);
        assertThat(subscriber.entered.await(5, TimeUnit.SECONDS)).isTrue();

        subscription.close();
        get(streams.append(path("/a"), EventInput.ofType("while the subscriber blocks")));
        subscriber.mayReturn.countDown();

        eventually(() -> subscriber.calls().contains("end null"));
        assertThat(subscriber.calls()).containsExactly("connected 3", "event 1", "end null");
    }

    @Test
    void should_end_a_subscription_with_what_its_subscriber_throws() {
        Slow subscriber = new Slow();
        subscriber.mayReturn.countDown();
        subscriber.throwAt = 2;
        get(streams.append(path("/a"), EventInput.ofType("t")));

        streams.subscribe(path("/a"), 0, subscriber);

        eventually(() -> subscriber.calls().size() == 4);
        assertThat(subscriber.calls())
                .containsExactly(
                        "connected 2", "event 1", "event 2", "end java.lang.IllegalStateException: expected by a test");
    }

    private List<Long> offsets(ReadRange range) {
        return get(streams.read(path("/a"), range)).stream().map(Event::offset).toList();
    }

    private static void assertFailed(Code code, CompletableFuture<?> future) {
        assertThatThrownBy(() -> get(future))
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** A subscriber that blocks in its first event until the test releases it. */
    private static final class Slow implements Subscriber {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch mayReturn = new CountDownLatch(1);
        private final List<String> calls = new ArrayList<>();
        private long throwAt;

        List<String> calls() {
            synchronized (calls) {
                return List.copyOf(calls);
            }
        }

        private void note(String call) {
            synchronized (calls) {
                calls.add(call);
            }
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            note("connected " + connected.watermark());
        }

        @Override
        public void onEvent(Event event) {
            note("event " + event.offset());
            entered.countDown();
            try {
                assertThat(mayReturn.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (event.offset() == throwAt) {
                throw new IllegalStateException("expected by a test");
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            note("end " + failure);
        }
    }
}
