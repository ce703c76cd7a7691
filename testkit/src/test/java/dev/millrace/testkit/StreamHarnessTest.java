package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.harness.StreamHarness;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Processors in a simulation that the test controls. */
class StreamHarnessTest {
    private final AtomicInteger calls = new AtomicInteger();
    private final ChatProcessor chat = new ChatProcessor(history -> {
        calls.incrementAndGet();
        return CompletableFuture.completedFuture("pong");
    });

    // region harness
    @Test
    void should_ask_the_model_once_whatever_happens_to_the_process() {
        try (StreamHarness harness = StreamHarness.of(chat)) {
            harness.play(new UserSaid("ping")).redeliver().crash().refold();

            assertThat(harness).hasAppended(chat, new AssistantSaid("pong")).isIdle(chat);
            assertThat(calls).hasValue(1);
        }
    }
    // endregion

    // region seeds
    @Test
    void should_answer_once_wherever_the_process_crashes() {
        StreamHarness.underSeeds(40, seed -> {
            try (StreamHarness harness = StreamHarness.builder(chat).seed(seed).start()) {
                harness.crashWhilePlaying((int) seed % 12, new UserSaid("a"), new UserSaid("b"));

                assertThat(harness).isIdle(chat);
                assertThat(harness.state(chat).owesReply()).isFalse();
                assertThat(harness.appendedBy(chat)).hasSizeBetween(1, 2);
                harness.refold();
            }
        });
    }
    // endregion

    @Test
    void should_play_the_same_run_again_from_the_same_seed() {
        assertThat(run(7)).isEqualTo(run(7));
        assertThat(IntStream.range(0, 20).mapToObj(this::run).distinct()).hasSizeGreaterThan(1);
    }

    private List<String> run(long seed) {
        List<String> seen = new ArrayList<>();
        ChatProcessor noting = new ChatProcessor(history -> {
            seen.add("asked about " + history.size());
            return CompletableFuture.completedFuture("answer " + history.size());
        });
        try (StreamHarness harness =
                StreamHarness.builder(noting, new Echo("echo")).seed(seed).start()) {
            harness.play(
                    IntStream.range(0, 12).mapToObj(i -> new UserSaid("m" + i)).toArray());
            harness.log().stream().map(Event::toString).forEach(seen::add);
        }
        return seen;
    }

    @Test
    void should_run_several_processors_on_one_stream() {
        Echo echo = new Echo("echo");
        try (StreamHarness harness = StreamHarness.of(chat, echo)) {
            harness.play(new UserSaid("ping"));

            assertThat(harness).hasAppended(chat, new AssistantSaid("pong")).hasAppended(echo, new Note("ping"));
            assertThat(harness.state(echo)).isEqualTo(1);
            harness.refold();
        }
    }

    @Test
    void should_act_on_what_came_while_the_network_was_down() {
        try (StreamHarness harness = StreamHarness.of(chat)) {
            harness.disconnect().play(new UserSaid("a"), new UserSaid("b")).advance(Duration.ofHours(8));
            assertThat(harness).hasAppendedNothing(chat);

            harness.reconnect();

            assertThat(harness)
                    .hasTypes("user-said", "user-said", "assistant-said")
                    .isIdle(chat);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void should_send_again_what_the_network_lost() {
        List<CompletableFuture<String>> asked = new ArrayList<>();
        ChatProcessor slow = new ChatProcessor(history -> {
            asked.add(new CompletableFuture<>());
            return asked.get(asked.size() - 1);
        });
        try (StreamHarness harness = StreamHarness.of(slow)) {
            harness.play(new UserSaid("a")).disconnect();
            asked.get(0).complete("late");
            harness.settle();
            assertThat(harness).hasAppendedNothing(slow);

            harness.reconnect().advance(Duration.ofMinutes(1));

            assertThat(harness).hasAppended(slow, new AssistantSaid("late")).isIdle(slow);
            assertThat(asked).hasSize(1);
        }
    }

    @Test
    void should_fire_timers_in_the_order_of_their_times() {
        Reminder reminder = new Reminder();
        try (StreamHarness harness = StreamHarness.of(reminder)) {
            harness.play(new UserSaid("30"), new UserSaid("10"));
            harness.advance(Duration.ofSeconds(9));
            assertThat(harness).hasAppendedNothing(reminder);

            harness.advance(Duration.ofMinutes(1));

            assertThat(harness).hasAppended(reminder, new Note("10"), new Note("30"));
            assertThat(harness.appendedBy(reminder).stream().map(Event::createdAt))
                    .containsExactly(TestEventFactory.START.plusSeconds(10), TestEventFactory.START.plusSeconds(30));
        }
    }

    @Test
    void should_wait_for_threads_of_the_test() {
        ChatProcessor threaded =
                new ChatProcessor(history -> CompletableFuture.supplyAsync(() -> "pong", ForkJoinPool.commonPool()));
        try (StreamHarness harness = StreamHarness.of(threaded)) {
            harness.play(new UserSaid("ping")).awaitIdle(Duration.ofSeconds(60));

            assertThat(harness).hasAppended(threaded, new AssistantSaid("pong"));
        }
    }

    @Test
    void should_name_the_busy_processor() {
        ChatProcessor waiting = new ChatProcessor(history -> new CompletableFuture<>());
        try (StreamHarness harness = StreamHarness.builder(waiting).seed(3).start()) {
            harness.play(new UserSaid("ping"));

            assertThatThrownBy(() -> harness.awaitIdle(Duration.ofMillis(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("[seed 3] not idle within PT0.001S: chat on /test");
        }
    }

    @Test
    void should_play_a_log_without_the_events_of_the_processor() {
        try (StreamHarness first = StreamHarness.of(chat)) {
            first.play(new UserSaid("a")).advance(Duration.ofSeconds(5)).play(new UserSaid("b"));
            RecordedLog recorded = RecordedLog.of(first.log());

            try (StreamHarness second = StreamHarness.of(chat)) {
                second.play(recorded);

                assertThat(second.log()).isEqualTo(first.log());
            }
        }
    }

    @Test
    void should_do_pending_work_of_the_given_log() {
        try (StreamHarness harness = StreamHarness.builder(chat)
                .given(RecordedLog.ofPayloads(new UserSaid("a"), new UserSaid("b")))
                .start()) {
            assertThat(harness.appendedBy(chat)).hasSize(1);
            assertThat(harness.state(chat).history()).containsExactly("user: a", "user: b", "assistant: pong");
        }
    }

    @Test
    void should_keep_more_events_waiting_than_fit_ahead_of_slow_effects() {
        Echo echo = new Echo("echo");
        echo.held = new CompletableFuture<>();
        try (StreamHarness harness = StreamHarness.of(echo)) {
            harness.play(
                    IntStream.range(0, 200).mapToObj(i -> new UserSaid("m" + i)).toArray());
            assertThat(harness.status(echo).reducedThrough()).isLessThan(100);

            echo.held.complete(null);
            harness.settle();

            assertThat(harness.appendedBy(echo)).hasSize(200);
            assertThat(harness).isIdle(echo);
        }
    }

    @Test
    void should_find_effects_without_keys_and_states_that_do_not_come_from_events() {
        Echo forgetful = new Echo("forgetful");
        forgetful.keyed = false;
        try (StreamHarness harness = StreamHarness.builder(forgetful).seed(5).start()) {
            harness.play(new UserSaid("a"));

            assertThatThrownBy(harness::redeliver)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("[seed 5] the redelivery appended to /test")
                    .hasMessageContaining("type: noted");
        }
        Echo impure = new Echo("impure");
        try (StreamHarness harness = StreamHarness.of(impure)) {
            harness.play(new UserSaid("a"));
            impure.start = 40;

            assertThatThrownBy(harness::refold)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("the state of 'impure' on /test differs after the refold")
                    .hasMessageContaining("$: 1 and 41");
        }
    }

    @Test
    void should_name_the_seed_of_a_failure() {
        assertThatThrownBy(() ->
                        StreamHarness.underSeeds(5, seed -> assertThat(seed).isLessThan(3)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("under seed 3 of 5: ");
        try (StreamHarness harness = StreamHarness.builder(chat).seed(9).start()) {
            harness.play(new UserSaid("a"));
            assertThatThrownBy(() -> assertThat(harness).hasAppended(chat, new AssistantSaid("other")))
                    .hasMessageContaining("[seed 9] 'chat' appended something else")
                    .hasMessageContaining("$.payload.text: expected \"other\" but was \"pong\"");
        }
    }

    @Test
    void should_act_on_nothing_old_when_effects_are_live_only() {
        Echo echo = new Echo("echo");
        try (StreamHarness harness =
                StreamHarness.builder(echo).effectsFrom(EffectStartPolicy.LIVE).start()) {
            harness.disconnect()
                    .play(new UserSaid("missed"))
                    .advance(Duration.ofMinutes(5))
                    .reconnect()
                    .play(new UserSaid("heard"));

            assertThat(harness).hasAppended(echo, new Note("heard")).hasState(echo, 2);
        }
    }
}
