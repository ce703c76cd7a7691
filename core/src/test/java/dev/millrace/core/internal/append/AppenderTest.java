package dev.millrace.core.internal.append;

import static dev.millrace.core.StreamException.Code.BAD_REQUEST;
import static dev.millrace.core.StreamException.Code.PAUSED;
import static dev.millrace.core.StreamException.Code.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class AppenderTest {
    private static final StreamPath OWN = StreamPath.of("/own");
    private static final StreamPath OTHER = StreamPath.of("/other");

    private final VirtualTime time = new VirtualTime();
    private final ScriptedStreams streams = new ScriptedStreams();
    private final AtomicInteger progress = new AtomicInteger();
    private final Appender appender = new Appender(
            streams,
            OWN,
            time.options(RetryPolicy.DEFAULT, 64),
            new CauseLookup(streams, OWN),
            progress::incrementAndGet);

    @Test
    void should_send_at_once_and_answer_with_the_stored_event() throws Exception {
        CompletableFuture<AppendResult> answer = send("a");
        assertThat(streams.sent()).containsExactly("a");
        assertThat(appender.isIdle()).isFalse();

        streams.last().store(7);

        assertThat(answer.get(1, TimeUnit.SECONDS).offset()).isEqualTo(7);
        assertThat(appender.isIdle()).isTrue();
        assertThat(appender.newestOwnOffset()).isEqualTo(7);
        assertThat(progress).hasValue(1);
    }

    @Test
    void should_remember_only_offsets_of_its_own_stream() {
        appender.send(OTHER, EventInput.ofType("a"), () -> false);
        streams.last().store(99);
        send("b");
        streams.last().store(7);
        send("c");
        streams.last().store(5);

        assertThat(appender.newestOwnOffset()).isEqualTo(7);

        appender.forgetOffsets();

        assertThat(appender.newestOwnOffset()).isZero();
    }

    @Test
    void should_not_take_an_answer_from_an_earlier_incarnation_for_an_offset_of_this_one() {
        CompletableFuture<AppendResult> late = send("a");

        appender.forgetOffsets();
        streams.last().store(500);

        assertThat(late).isCompleted();
        assertThat(appender.newestOwnOffset()).isZero();
    }

    @Test
    void should_pass_on_a_refusal_that_time_does_not_heal() {
        CompletableFuture<AppendResult> answer = send("a");
        streams.last().refuse(BAD_REQUEST);

        assertRefused(answer, BAD_REQUEST);
        assertThat(time.armed()).isZero();
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_pass_on_what_a_broken_port_throws_and_be_idle_again() {
        streams.throwOnAppend();

        CompletableFuture<AppendResult> answer = send("a");

        assertThat(answer).isCompletedExceptionally();
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_park_while_paused_and_keep_the_order() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(PAUSED);
        CompletableFuture<AppendResult> b = send("b");
        CompletableFuture<AppendResult> c = send("c");
        assertThat(streams.sent()).containsExactly("a");

        appender.resumed();
        answerEverything(10);

        assertThat(streams.sent()).containsExactly("a", "a", "b", "c");
        assertThat(offset(a)).isEqualTo(10);
        assertThat(offset(b)).isEqualTo(11);
        assertThat(offset(c)).isEqualTo(12);
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_restore_the_order_when_refusals_arrive_out_of_order() {
        send("a");
        send("b");
        send("c");
        streams.calls.get(2).refuse(PAUSED);
        streams.calls.get(0).refuse(PAUSED);
        streams.calls.get(1).refuse(PAUSED);

        appender.resumed();
        answerEverything(10);

        assertThat(streams.sent()).containsExactly("a", "b", "c", "a", "b", "c");
    }

    @Test
    void should_not_let_a_later_append_overtake_those_that_are_being_released() {
        send("a");
        streams.last().refuse(PAUSED);
        send("b");

        appender.resumed(); // nothing has run on the executor yet
        send("c");
        answerEverything(10);

        assertThat(streams.sent()).containsExactly("a", "a", "b", "c");
    }

    @Test
    void should_keep_the_order_when_the_stream_is_paused_again_while_releasing() {
        send("a");
        streams.last().refuse(PAUSED);
        send("b");

        appender.resumed();
        time.run();
        assertThat(streams.sent()).containsExactly("a", "a");
        streams.last().refuse(PAUSED);
        send("c");
        time.run();
        appender.resumed();
        answerEverything(10);

        assertThat(streams.sent()).containsExactly("a", "a", "a", "b", "c");
    }

    @Test
    void should_send_again_after_a_while_to_a_paused_stream() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(PAUSED);

        time.advance(RunnerOptions.PARKING_INTERVAL);
        assertThat(streams.sent()).containsExactly("a", "a");
        streams.last().refuse(PAUSED);
        time.advance(RunnerOptions.PARKING_INTERVAL);
        streams.last().store(4);

        assertThat(a).isCompleted();
        assertThat(time.armed()).isZero();
    }

    @Test
    void should_park_on_its_own_stream_for_as_long_as_it_takes() {
        CompletableFuture<AppendResult> a = send("a");
        for (int i = 0; i < 2000; i++) {
            streams.last().refuse(PAUSED);
            time.advance(RunnerOptions.PARKING_INTERVAL);
        }
        assertThat(a).isNotDone();

        streams.last().store(4);

        assertThat(a).isCompleted();
    }

    @Test
    void should_not_miss_a_resume_that_comes_before_the_refusal() {
        send("a");

        appender.resumed();
        streams.last().refuse(PAUSED);
        time.run();

        assertThat(streams.sent()).containsExactly("a", "a");
    }

    @Test
    void should_send_again_at_most_once_for_one_resume() {
        send("a");
        appender.resumed();
        streams.last().refuse(PAUSED);
        time.run();
        streams.last().refuse(PAUSED);
        time.run();

        assertThat(streams.sent()).containsExactly("a", "a");
        assertThat(time.untilNext()).isEqualTo(RunnerOptions.PARKING_INTERVAL);
    }

    @Test
    void should_wait_for_another_stream_for_thirty_seconds_and_then_fail() {
        CompletableFuture<AppendResult> a = appender.send(OTHER, EventInput.ofType("a"), () -> false);
        Instant began = time.now();
        for (int i = 0; i < 100 && !a.isDone(); i++) {
            streams.last().refuse(PAUSED);
            time.advance(RunnerOptions.PARKING_INTERVAL);
        }

        assertRefused(a, PAUSED);
        assertThat(Duration.between(began, time.now()))
                .isBetween(RunnerOptions.PAUSED_WAIT_LIMIT, RunnerOptions.PAUSED_WAIT_LIMIT.plusSeconds(4));
        assertThat(appender.isIdle()).isTrue();
    }

    @Test
    void should_count_the_limit_of_each_append_from_its_own_beginning() {
        CompletableFuture<AppendResult> a = appender.send(OTHER, EventInput.ofType("a"), () -> false);
        streams.last().refuse(PAUSED);
        for (int i = 0; i < 10; i++) {
            time.advance(RunnerOptions.PARKING_INTERVAL);
            streams.open().forEach(call -> call.refuse(PAUSED));
        }
        CompletableFuture<AppendResult> b = appender.send(OTHER, EventInput.ofType("b"), () -> false);
        for (int i = 0; i < 6; i++) {
            time.advance(RunnerOptions.PARKING_INTERVAL);
            streams.open().forEach(call -> call.refuse(PAUSED));
            time.run();
            streams.open().forEach(call -> call.refuse(PAUSED));
        }

        assertRefused(a, PAUSED);
        assertThat(b).isNotDone();

        for (int i = 0; i < 12; i++) {
            time.advance(RunnerOptions.PARKING_INTERVAL);
            streams.open().forEach(call -> call.refuse(PAUSED));
        }

        assertRefused(b, PAUSED);
        assertThat(appender.isIdle()).isTrue();
        assertThat(time.armed()).isZero();
    }

    @Test
    void should_not_let_one_paused_stream_hold_up_another() {
        appender.send(OTHER, EventInput.ofType("a"), () -> false);
        streams.last().refuse(PAUSED);

        send("b");

        assertThat(streams.sent()).containsExactly("a", "b");
    }

    @Test
    void should_never_park_a_pause() {
        CompletableFuture<AppendResult> pause = send(BuiltInType.PAUSED.type());
        streams.last().refuse(PAUSED);

        assertRefused(pause, PAUSED);
        assertThat(time.armed()).isZero();
    }

    @Test
    void should_send_a_resume_before_queued_appends() {
        send("a");
        streams.last().refuse(PAUSED);

        CompletableFuture<AppendResult> resume = send("events.iterate.com/core/resumed");

        assertThat(streams.sent()).containsExactly("a", "events.iterate.com/core/resumed");
        streams.last().store(9);
        assertThat(resume).isCompleted();
    }

    @Test
    void should_send_again_with_back_off_until_the_service_answers() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(UNAVAILABLE);
        assertThat(time.untilNext()).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        time.advance(Duration.ofMillis(200));
        streams.last().refuse(UNAVAILABLE);
        time.advance(Duration.ofMillis(400));
        streams.last().store(3);

        assertThat(a).isCompleted();
        assertThat(streams.sent()).containsExactly("a", "a", "a");
        assertThat(streams.calls)
                .extracting(ScriptedStreams.Call::input)
                .containsOnly(streams.last().input());
    }

    @Test
    void should_keep_the_order_while_an_append_is_sent_again() {
        CompletableFuture<AppendResult> a = send("a");
        streams.last().refuse(UNAVAILABLE);

        CompletableFuture<AppendResult> b = send("b");
        assertThat(streams.sent()).containsExactly("a");
        time.advance(Duration.ofMillis(200));
        streams.last().store(3);
        time.advance(Duration.ZERO);
        streams.last().store(4);

        assertThat(streams.sent()).containsExactly("a", "a", "b");
        assertThat(offset(a)).isEqualTo(3);
        assertThat(offset(b)).isEqualTo(4);
    }

    @Test
    void should_send_at_most_ten_times_to_a_service_that_is_away() {
        CompletableFuture<AppendResult> a = send("a");
        for (int i = 0; i < 50; i++) {
            streams.last().refuse(UNAVAILABLE);
            time.advance(Duration.ofMinutes(1));
        }

        assertThat(streams.calls).hasSize(RunnerOptions.SENDS).hasSize(10);
        assertRefused(a, UNAVAILABLE);
        assertThat(time.armed()).isZero();
    }

    @Test
    void should_not_use_up_sends_while_parked() {
        CompletableFuture<AppendResult> a = send("a");
        for (int i = 0; i < 30; i++) {
            streams.last().refuse(PAUSED);
            time.advance(RunnerOptions.PARKING_INTERVAL);
        }
        for (int i = 0; i < 9; i++) {
            streams.last().refuse(UNAVAILABLE);
            time.advance(Duration.ofMinutes(1));
        }
        streams.last().store(3);

        assertThat(a).isCompleted();
    }

    @Test
    void should_keep_those_behind_waiting_while_the_first_parked_one_is_sent_again() {
        send("a");
        streams.last().refuse(PAUSED);
        send("b");
        appender.resumed();
        time.run();
        streams.last().refuse(UNAVAILABLE);
        time.run();
        assertThat(streams.sent()).containsExactly("a", "a");

        time.advance(Duration.ofSeconds(1));
        assertThat(streams.sent()).containsExactly("a", "a", "a");
        answerEverything(10);

        assertThat(streams.sent()).containsExactly("a", "a", "a", "b");
    }

    private CompletableFuture<AppendResult> send(String type) {
        return appender.send(OWN, EventInput.ofType(type), () -> false);
    }

    private void answerEverything(long firstOffset) {
        long offset = firstOffset;
        time.run();
        while (!streams.open().isEmpty()) {
            streams.open().get(0).store(offset++);
            time.run();
        }
    }

    private static void assertRefused(CompletableFuture<AppendResult> answer, StreamException.Code code) {
        assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, why -> assertThat(why.code()).isEqualTo(code));
    }

    private static long offset(CompletableFuture<AppendResult> answer) {
        assertThat(answer).isCompleted();
        return answer.join().offset();
    }
}
