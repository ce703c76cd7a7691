package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static dev.millrace.testkit.MillraceAssertions.assertThatEvents;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.fixture.ProcessorFixture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class ProcessorFixtureTest {
    private final AtomicInteger calls = new AtomicInteger();
    private final ChatProcessor chat = new ChatProcessor(history -> {
        calls.incrementAndGet();
        return completedFuture("pong");
    });

    /** A stateless processor with an effect for each note. */
    private static Processor<Integer> reacting(BiFunction<Event, Effects<Integer>, CompletionStage<?>> reaction) {
        return new Processor<>() {
            @Override
            public String slug() {
                return "echo";
            }

            @Override
            public Integer initialState() {
                return 0;
            }

            @Override
            public Integer reduce(Integer state, Event event) {
                return event.type().equals("noted") ? state + 1 : state;
            }

            @Override
            public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
                return event.type().equals("noted") ? Effects.done(reaction.apply(event, effects)) : Effects.none();
            }
        };
    }

    @Test
    void should_answer_a_live_message_after_a_recorded_conversation() {
        ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
                .givenLog("logs/two-turns.yaml")
                .when(new UserSaid("ping"))
                .thenAppended(new AssistantSaid("pong"))
                .thenState(state -> assertThat(state.history()).hasSize(6).endsWith("assistant: pong"));
    }

    @Test
    void should_let_an_effect_read_the_stream_and_know_the_newest_state() {
        ProcessorFixture.of(reacting((event, effects) -> effects.read(ReadRange.after(event.offset() - 2))
                        .thenCompose(page -> effects.append(
                                EventDraft.of(EventInput.ofType("seen-" + page.size() + "-" + effects.current()))))))
                .givenEvents(EventInput.ofType("noted"))
                .when(EventInput.ofType("noted"))
                .thenAppended(EventInput.ofType("seen-2-2"));
    }

    @Test
    void should_run_no_effects_for_history() {
        ProcessorFixture.of(chat).givenLog("logs/two-turns.yaml").thenNothingAppended();

        assertThat(calls).hasValue(0);
    }

    @Test
    void should_let_a_processor_do_pending_work_after_it_caught_up() {
        ProcessorFixture.of(chat)
                .givenEvents(new UserSaid("a"), new UserSaid("b"), new UserSaid("c"))
                .thenAppended(new AssistantSaid("pong"));

        assertThat(calls).hasValue(1);
    }

    @Test
    void should_play_every_event_to_its_end_before_the_next() {
        ProcessorFixture.of(chat)
                .when(new UserSaid("a"), new UserSaid("b"))
                .when(new UserSaid("c"))
                .thenAppended(new AssistantSaid("pong"), new AssistantSaid("pong"), new AssistantSaid("pong"))
                .thenState(state -> assertThat(state.history()).hasSize(6));
    }

    @Test
    void should_keep_offsets_times_and_keys_of_the_log_and_continue_after_it() {
        ProcessorFixture.of(chat)
                .givenLog("logs/two-turns.yaml")
                .givenEvents(new UserSaid("and of Sweden?"), new AssistantSaid("Stockholm."))
                .when(new UserSaid("ping"))
                .whenAfter(Duration.ofMinutes(5), new UserSaid("pong"))
                .thenLog(log -> assertThatEvents(log)
                        .extracting(event -> event.type() + "@" + event.offset() + " " + event.createdAt())
                        .containsExactly(
                                "user-said@2 2026-03-01T10:00:00Z",
                                "assistant-said@3 2026-03-01T10:00:01.204Z",
                                "user-said@4 2026-03-01T10:00:09.871Z",
                                "assistant-said@5 2026-03-01T10:00:11.020Z",
                                "user-said@6 2026-03-01T10:00:12.020Z",
                                "assistant-said@7 2026-03-01T10:00:13.020Z",
                                "user-said@8 2026-03-01T10:00:14.020Z",
                                "assistant-said@9 2026-03-01T10:00:14.020Z",
                                "user-said@10 2026-03-01T10:05:14.020Z",
                                "assistant-said@11 2026-03-01T10:05:14.020Z"))
                .thenLog(log -> assertThat(log.get(7)).isOn("/agents/1").wasCausedBy("chat", 8));
    }

    @Test
    void should_begin_with_a_state() {
        ProcessorFixture.of(chat)
                .given(ChatState.empty().user("earlier", 1))
                .when(EventInput.ofType("unrelated"))
                .thenState(state -> assertThat(state.history()).startsWith("user: earlier"));
    }

    @Test
    void should_run_on_another_stream() {
        ProcessorFixture.of(chat)
                .on("agents/7")
                .when(new UserSaid("ping"))
                .thenLog(log -> assertThatEvents(log)
                        .allSatisfy(event -> assertThat(event).isOn("/agents/7"))
                        .haveTypes(BuiltInType.INITIALIZED.type(), "user-said", "assistant-said"));
    }

    @Test
    void should_see_what_is_appended_to_other_streams() {
        ProcessorFixture.of(reacting((event, effects) -> effects.append(
                        EventDraft.of(EventInput.ofType("echoed")).to("./copy"))))
                .when(new Note("a"), new Note("b"))
                .thenAppended()
                .thenAppendedTo("/test/copy", EventInput.ofType("echoed"), EventInput.ofType("echoed"))
                .thenState(state -> assertThat(state).isEqualTo(2));
    }

    @Test
    void should_compare_without_regard_to_order_when_asked() {
        ProcessorFixture.of(reacting((event, effects) -> effects.append(EventInput.ofType("b"))
                        .thenCompose(done -> effects.append(EventInput.ofType("a")))))
                .when(new Note("x"))
                .thenAppendedInAnyOrder(EventInput.ofType("a"), EventInput.ofType("b"));
    }

    @Test
    void should_show_an_effect_that_failed_for_good_as_the_event_it_becomes() {
        ProcessorFixture.of(reacting((event, effects) -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(new IllegalStateException("no network"));
                }))
                .when(new Note("x"))
                .thenAppended(EventInput.builder()
                        .type("millrace/effect-failed")
                        .payload(JsonCodec.parse("""
                                {"processor": "echo", "version": 1, "source": {"path": "/test", "offset": 2},
                                 "message": "IllegalStateException: no network", "attempts": 4}"""))
                        .build());

        assertThat(calls).hasValue(4);
    }

    @Test
    void should_expect_a_processor_to_halt() {
        ProcessorFixture.of(new Reducer<>(() -> 0, (state, event) -> 7 / (int) (4 - event.offset())))
                .when(new Note("2"), new Note("3"), new Note("4"))
                .thenHalted()
                .thenState(state -> assertThat(state).isEqualTo(7))
                .thenNothingAppended();
    }

    @Test
    void should_see_a_pause_and_refuse_nothing_that_was_given() {
        ProcessorFixture.of(chat)
                .givenEvents(new UserSaid("a"), new AssistantSaid("b"), EventInput.ofType(BuiltInType.PAUSED.type()))
                .when(EventInput.ofType(BuiltInType.RESUMED.type()), new UserSaid("c"))
                .thenAppended(new AssistantSaid("pong"));
    }

    @Test
    void should_skip_the_purity_check_when_told_why() {
        ProcessorFixture.of(new Reducer<>(() -> 0L, (state, event) -> System.nanoTime()))
                .withoutPurityCheck("this one measures itself")
                .when(new Note("x"))
                .thenState(state -> assertThat(state).isNotZero());
    }
}
