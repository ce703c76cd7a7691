package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscription in process continues after failures of the store. */
class TailResumeTest {
    private static final class Diary implements Subscriber {
        final List<String> lines = new CopyOnWriteArrayList<>();
        final List<Duration> gaps = new CopyOnWriteArrayList<>();

        @Override
        public void onConnected(ConnectionInfo connected) {
            lines.add("connected " + connected.watermark());
            gaps.add(connected.gap());
        }

        @Override
        public void onEvent(Event event) {
            lines.add("@" + event.offset());
        }

        @Override
        public void onCaughtUp(long watermark) {
            lines.add("caught up " + watermark);
        }

        @Override
        public void onDisconnected(Throwable cause) {
            lines.add("disconnected " + ((StreamException) cause).code());
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            lines.add("end " + failure);
        }
    }

    private final VirtualTimers time = new VirtualTimers();
    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final StreamEngine engine = StreamEngine.builder(store).timers(time).start();
    private final EventStreams streams = engine.streams(PUBLIC);
    private final Diary diary = new Diary();

    @AfterEach
    void stop() {
        breakStore(false);
        engine.close();
    }

    private void breakStore(boolean broken) {
        store.beforeRead(range -> {
            if (broken) {
                throw new IllegalStateException("the disk is gone");
            }
        });
    }

    private void append(String type) {
        EngineFixture.get(streams.append(path("/a"), EventInput.ofType(type)));
    }

    private void awaitLine(String line) {
        Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> diary.lines.contains(line));
    }

    @Test
    void should_go_on_after_the_last_event_when_the_store_can_be_read_again() {
        append("one");
        breakStore(true);
        try (Subscription subscription = streams.subscribe(path("/a"), 0, diary)) {
            assertThat(subscription).isNotNull();
            awaitLine("disconnected INTERNAL");
            append("two");
            breakStore(false);
            time.advanceWhen(engine::isIdle, Duration.ofSeconds(20));
            awaitLine("caught up 3");
        }

        awaitLine("end null");
        assertThat(diary.lines)
                .containsExactly(
                        "connected 2",
                        "disconnected INTERNAL",
                        "connected 3",
                        "@1",
                        "@2",
                        "@3",
                        "caught up 3",
                        "end null");
        assertThat(diary.gaps.get(0)).isZero();
        assertThat(diary.gaps.get(1)).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void should_end_at_once_when_it_is_closed_while_it_waits() {
        append("one");
        breakStore(true);
        Subscription subscription = streams.subscribe(path("/a"), 0, diary);
        awaitLine("disconnected INTERNAL");

        subscription.close();

        awaitLine("end null");
        assertThat(diary.lines).last().isEqualTo("end null");
    }

    @Test
    void should_end_when_its_stream_is_destroyed_while_it_waits() {
        append("one");
        breakStore(true);
        streams.subscribe(path("/a"), 0, diary);
        awaitLine("disconnected INTERNAL");
        breakStore(false); // the tail still waits: no time passes

        EngineFixture.get(streams.destroy(path("/a"), false));

        awaitLine("end null");
    }

    @Test
    void should_not_hold_up_a_stop_while_it_waits() {
        append("one");
        breakStore(true);
        streams.subscribe(path("/a"), 0, diary);
        awaitLine("disconnected INTERNAL");

        engine.close();

        assertThat(diary.lines).contains("end null");
    }

    @Test
    void should_end_with_what_its_subscriber_throws_even_if_that_may_pass() {
        append("one");
        StreamException thrown = new StreamException(StreamException.Code.UNAVAILABLE, path("/a"), "the subscriber's");
        streams.subscribe(path("/a"), 0, new Subscriber() {
            @Override
            public void onEvent(Event event) {
                throw thrown;
            }

            @Override
            public void onEnd(@Nullable Throwable failure) {
                diary.onEnd(failure);
            }
        });

        awaitLine("end " + thrown);
    }
}
