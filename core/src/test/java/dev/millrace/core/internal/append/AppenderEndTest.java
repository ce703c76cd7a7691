package dev.millrace.core.internal.append;

import static dev.millrace.core.StreamException.Code.PAUSED;
import static dev.millrace.core.StreamException.Code.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Appends that an appender cancels: when its runner stops, of cancelled attempts, and of an earlier incarnation. */
@SuppressWarnings("FutureReturnValueIgnored")
class AppenderEndTest {
    private static final StreamPath OWN = StreamPath.of("/own");
    private static final StreamPath OTHER = StreamPath.of("/other");

    private final VirtualTime time = new VirtualTime();
    private final ScriptedStreams streams = new ScriptedStreams();
    private final Appender appender =
            new Appender(streams, OWN, time.options(RetryPolicy.DEFAULT, 64), new CauseLookup(streams, OWN), () -> {});

    @Test
    void should_cancel_queued_appends_when_the_runner_stops_waiting() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(PAUSED);
        CompletableFuture<AppendResult> b = send("b");

        appender.stopWaiting();
        time.run();

        assertGivenUp(a, "the runner is stopping");
        assertGivenUp(b, "the runner is stopping");
        assertThat(streams.sent()).containsExactly("a");
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_cancel_an_append_that_backs_off_when_the_runner_stops_waiting() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(UNAVAILABLE);

        appender.stopWaiting();
        time.run();

        assertGivenUp(a, "the runner is stopping");
        time.advance(Duration.ofMinutes(1));
        assertThat(streams.sent()).containsExactly("a");
    }

    @Test
    void should_still_send_once_after_waiting_ended() {
        appender.stopWaiting();
        CompletableFuture<AppendResult> a = send("a");
        CompletableFuture<AppendResult> b = send("b");
        CompletableFuture<AppendResult> c = send("c");
        streams.calls.get(0).store(3);
        streams.calls.get(1).refuse(PAUSED);
        streams.calls.get(2).refuse(UNAVAILABLE);
        time.run();

        assertThat(a).isCompleted();
        assertGivenUp(b, "the runner is stopping");
        assertGivenUp(c, "the runner is stopping");
        assertThat(time.armed()).isZero();
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_send_nothing_after_it_was_closed() {
        CompletableFuture<AppendResult> underWay = send("a");
        appender.close();

        CompletableFuture<AppendResult> late = send("b");

        assertGivenUp(late, "append of b to /own was cancelled: the runner is stopping");
        assertThat(streams.sent()).containsExactly("a");
        streams.last().store(3);
        assertThat(underWay).isCompleted();
    }

    @Test
    void should_send_nothing_for_a_cancelled_attempt() {
        CompletableFuture<AppendResult> a = appender.send(OWN, EventInput.ofType("a"), () -> true);

        assertGivenUp(a, "its background task was cancelled");
        assertThat(streams.calls).isEmpty();
    }

    @Test
    void should_cancel_a_queued_append_of_a_cancelled_attempt_at_any_place_of_the_queue() {
        AtomicBoolean cancelled = new AtomicBoolean();
        CompletableFuture<AppendResult> first = send("first");
        streams.last().refuse(PAUSED);
        CompletableFuture<AppendResult> behind = appender.send(OWN, EventInput.ofType("behind"), cancelled::get);

        cancelled.set(true);
        time.advance(RunnerOptions.PARKING_INTERVAL);

        assertGivenUp(behind, "its background task was cancelled");
        assertThat(first).isNotDone();

        streams.last().store(3);
        time.run();

        assertThat(first).isCompleted();
        assertThat(streams.sent()).containsExactly("first", "first");
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_cancel_appends_of_an_earlier_incarnation() {
        CompletableFuture<AppendResult> parked = send("parked");
        streams.last().refuse(PAUSED);
        CompletableFuture<AppendResult> away = appender.send(OTHER, EventInput.ofType("away"), () -> false);
        streams.last().refuse(UNAVAILABLE);

        appender.forgetOffsets();
        time.run();

        assertGivenUp(parked, "its stream was created again");
        assertGivenUp(away, "its stream was created again");
        CompletableFuture<AppendResult> fresh = send("fresh");
        streams.last().store(2);
        assertThat(fresh).isCompleted();
        assertThat(appender.newestOwnOffset()).isEqualTo(2);
        assertThat(streams.sent()).containsExactly("parked", "away", "fresh");
    }

    @Test
    void should_release_thousands_without_a_deep_stack() {
        send("first");
        streams.last().refuse(PAUSED);
        for (int i = 0; i < 20_000; i++) {
            send("more");
        }

        appender.close();
        time.run();

        assertThat(appender.isIdle()).isTrue();
    }

    private CompletableFuture<AppendResult> send(String type) {
        return appender.send(OWN, EventInput.ofType(type), () -> false);
    }

    private static void assertGivenUp(CompletableFuture<AppendResult> answer, String why) {
        assertThat(answer).isDone();
        // The exception of get() differs between JDKs: from 23 on it wraps the original.
        assertThat(answer.handle((appended, failure) -> failure).getNow(null))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining(why);
    }
}
