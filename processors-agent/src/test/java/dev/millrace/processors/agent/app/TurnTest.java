package dev.millrace.processors.agent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.model.ModelItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A turn that gets its events from the test. */
@Timeout(60)
class TurnTest {
    private static final StreamPath PATH = StreamPath.of("/a");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<Event> log = new CopyOnWriteArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Turn turn = Turn.follow(streams(), PATH, 1, 1, new AtomicLong());

    @Test
    void should_call_a_consumer_without_its_lock() throws Exception {
        append(InputAdded.user("hi"));
        CountDownLatch isIn = new CountDownLatch(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        AtomicInteger left = new AtomicInteger();
        turn.onText(text -> {
            isIn.countDown();
            awaitLatch(mayLeave);
            left.incrementAndGet(); // not after a wait for the lock that this consumer would have to give back
        });
        Thread other = new Thread(() -> {
            append(started());
            append(chunk("a"));
        });
        other.start();
        awaitLatch(isIn);

        assertThat(turn.approvals()).isEmpty(); // needs the lock
        assertThat(turn.isDone()).isFalse();
        mayLeave.countDown();
        other.join();
        assertThat(left).hasValue(1);
    }

    @Test
    void should_give_each_consumer_all_pieces_in_order_also_one_that_another_consumer_adds() {
        append(InputAdded.user("hi"));
        append(started());
        List<String> inner = new ArrayList<>();
        List<String> outer = new ArrayList<>();
        turn.onText(text -> {
            if (outer.isEmpty()) {
                turn.onText(inner::add);
            }
            outer.add(text);
        });
        append(chunk("a"));
        append(chunk("b"));

        assertThat(outer).containsExactly("a", "b");
        assertThat(inner).containsExactly("a", "b");
    }

    @Test
    void should_go_on_when_a_consumer_throws() {
        List<String> texts = new ArrayList<>();
        turn.onText(text -> {
            throw new IllegalStateException("a fault of the application");
        });
        turn.onText(text -> {
            texts.add(text);
            throw new AssertionError("another one");
        });
        answer();

        assertThat(texts).containsExactly("a", "b");
        assertThat(turn.await(LIMIT).text()).isEqualTo("ab");
    }

    @Test
    void should_not_end_a_wait_before_the_consumers_know_the_last_piece() throws Exception {
        append(InputAdded.user("hi"));
        append(started());
        List<String> texts = new CopyOnWriteArrayList<>();
        CountDownLatch isIn = new CountDownLatch(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        turn.onEvent(event -> {
            if (event.payload() instanceof AgentEvent.RequestCompleted) {
                isIn.countDown();
                awaitLatch(mayLeave);
                texts.add("end");
            }
        });
        Thread other = new Thread(() -> append(completed()));
        other.start();
        awaitLatch(isIn);
        assertThatThrownBy(() -> turn.await(Duration.ofMillis(1))).isInstanceOf(AgentFailure.class);
        mayLeave.countDown();

        turn.await(LIMIT);
        assertThat(texts).containsExactly("end");
        other.join();
    }

    @Test
    void should_let_go_of_the_connection_after_an_answer_and_read_the_text_for_a_late_consumer() {
        answer();
        assertThat(turn.isDone()).isTrue();
        assertThat(closed).hasValue(1);
        assertThat(reads).hasValue(0);

        StringBuilder late = new StringBuilder();
        turn.onText(late::append);
        assertThat(late).hasToString("ab");
        assertThat(reads).hasValue(1);
    }

    @Test
    void should_let_go_of_the_connection_after_a_failure() {
        append(InputAdded.user("hi"));
        append(started());
        append(new AgentEvent.RequestFailed(
                2,
                "quota",
                Optional.empty(),
                Optional.empty(),
                "no",
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty()));

        assertThatThrownBy(() -> turn.await(LIMIT)).hasMessageContaining("quota");
        assertThat(turn.isDone()).isTrue();
        assertThat(closed).hasValue(1);
    }

    @Test
    void should_let_go_of_the_connection_when_the_agent_has_halted() {
        append(InputAdded.user("hi"));
        append(
                EventCatalog.nameOf(StreamEvent.ProcessorHalted.class),
                JsonCodec.parse("{\"processor\":\"" + AgentProcessor.SLUG
                        + "\",\"version\":1,\"source\":{\"path\":\"/a\",\"offset\":1},\"message\":\"no\"}"));

        assertThatThrownBy(() -> turn.await(LIMIT)).hasMessageContaining("the agent stopped: no");
        assertThat(turn.isDone()).isTrue();
        assertThat(closed).hasValue(1);
    }

    @Test
    void should_let_go_of_the_connection_when_the_stream_ends() {
        append(InputAdded.user("hi"));
        subscribers.get(0).onEnd(null);

        assertThatThrownBy(() -> turn.await(LIMIT)).hasMessageContaining("was destroyed");
        assertThat(turn.isDone()).isTrue();
    }

    private void answer() {
        append(InputAdded.user("hi"));
        append(started());
        append(chunk("a"));
        append(chunk("b"));
        append(new AgentEvent.ItemCompleted(2, 0, new ModelItem.Message("ab"), Optional.empty()));
        append(completed());
    }

    private static AgentEvent started() {
        return new AgentEvent.RequestStarted(1, "m", 1, "launch", Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static AgentEvent chunk(String text) {
        return new AgentEvent.ChunkAdded(2, 0, "text", text, 0, 0);
    }

    private static AgentEvent completed() {
        return new AgentEvent.RequestCompleted(
                2,
                Optional.empty(),
                Optional.empty(),
                "completed",
                Optional.empty(),
                Optional.empty(),
                1,
                Optional.empty());
    }

    private void append(Object payload) {
        append(EventCatalog.nameOf(payload.getClass()), JsonCodec.toTree(payload));
    }

    private void append(String type, JsonNode payload) {
        Event event = Event.builder()
                .path(PATH)
                .offset(log.size() + 1)
                .type(type)
                .payloadJson(payload)
                .createdAt(Instant.EPOCH)
                .build();
        log.add(event);
        subscribers.get(0).onEvent(event);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private EventStreams streams() {
        return new ForwardingEventStreams() {
            @Override
            public EventStreams delegate() {
                throw new UnsupportedOperationException();
            }

            @Override
            public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
                subscribers.add(subscriber);
                return closed::incrementAndGet;
            }

            @Override
            public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
                reads.incrementAndGet();
                return CompletableFuture.completedFuture(log.stream()
                        .filter(event -> event.offset() > range.afterOffset())
                        .toList());
            }
        };
    }
}
