package dev.millrace.testkit;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.fixture.ProcessorFixture;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The error messages of failing fixtures. */
class ProcessorFixtureMessagesTest {
    private final ProcessorFixture<ChatState> chat =
            ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")));

    private static String message(ThrowingCallable failing) {
        Throwable thrown = catchThrowable(failing);
        assertThat(thrown).isInstanceOf(AssertionError.class);
        return String.valueOf(thrown.getMessage());
    }

    @Test
    void should_show_expected_and_actual_events_the_first_difference_and_the_log() {
        chat.givenLog("logs/two-turns.yaml").when(new UserSaid("ping"));

        assertThat(message(() -> chat.thenAppended(new AssistantSaid("peng"), new AssistantSaid("bye"))))
                .startsWith("""
                        'chat' appended something else to /agents/1; expected:
                          1. assistant-said {"text":"peng"}
                          2. assistant-said {"text":"bye"}
                        but was:
                          1. assistant-said {"text":"pong"}
                        first difference at event 1, $.payload.text: expected "peng" but was "pong"
                        what came on /agents/1 after the given part:
                          ---
                          streamPath: /agents/1
                          type: user-said
                          payload:
                            text: ping
                          offset: 6
                          createdAt: "2026-03-01T10:00:12.020Z"
                          ---
                          streamPath: /agents/1
                          type: assistant-said
                          payload:
                            text: pong
                          metadata:
                            millrace:
                              processor: chat
                        """);
    }

    @Test
    void should_show_a_yaml_snippet_that_is_a_log_again() {
        String snippet = message(() -> chat.when(new UserSaid("no: way")).thenNothingAppended())
                .replaceFirst("(?s).*after the given part:\n", "");

        assertThat(RecordedLog.parse(snippet.indent(-2), "snippet").events())
                .extracting(Event::type)
                .containsExactly(BuiltInType.INITIALIZED.type(), "user-said", "assistant-said");
    }

    @Test
    void should_say_that_events_are_missing_or_unexpected() {
        chat.when(new UserSaid("ping"));

        assertThat(message(() -> chat.thenAppended(new AssistantSaid("pong"), new AssistantSaid("pong"))))
                .contains("\nmissing from event 2 on\n");
        assertThat(message(chat::thenAppended)).contains("expected: nothing\nbut was:\n  1. assistant-said {");
        assertThat(message(chat::thenNothingAppended)).contains("\nunexpected from event 1 on\n");
        assertThat(message(() -> chat.thenAppendedTo("/other", new AssistantSaid("pong"))))
                .startsWith("'chat' appended something else to /other; expected:")
                .contains("but was: nothing\nmissing from event 1 on\n");
        assertThat(message(() -> chat.thenAppendedInAnyOrder(new AssistantSaid("pong"), new AssistantSaid("a"))))
                .contains("\nmissing:\n  1. assistant-said {\"text\":\"a\"}\nwhat came");
        assertThat(message(chat::thenAppendedInAnyOrder))
                .contains("\nunexpected:\n  1. assistant-said {\"text\":\"pong\"}\nwhat came");
    }

    @Test
    void should_say_what_a_processor_waits_for_that_never_becomes_idle() {
        ProcessorFixture<ChatState> stuck = ProcessorFixture.of(new ChatProcessor(history -> new CompletableFuture<>()))
                .within(Duration.ofSeconds(1))
                .when(new UserSaid("ping"));

        assertThat(message(() -> stuck.thenAppended(new AssistantSaid("pong"))))
                .startsWith("'chat' did not become idle within PT1S: on /test after user-said at /test@2; ")
                .endsWith("; complete every future that a fake returns, resume the stream if it is paused, or allow"
                        + " more time with within(Duration)");
    }

    @Test
    void should_not_wait_for_ever_for_a_held_effect() {
        Processor<Integer> holding = new Processor<>() {
            @Override
            public String slug() {
                return "holding";
            }

            @Override
            public Integer initialState() {
                return 0;
            }

            @Override
            public Integer reduce(Integer state, Event event) {
                return state;
            }

            @Override
            public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
                return new CompletableFuture<>();
            }
        };
        ProcessorFixture<Integer> stuck =
                ProcessorFixture.of(holding).within(Duration.ofSeconds(1)).when(new Note("x"));

        assertThat(message(stuck::thenNothingAppended))
                .startsWith("'holding' did not become idle within PT1S: on /test after noted at /test@2; ")
                .contains("; effects are done through offset 1 of 2; ");
    }

    @Test
    void should_always_report_an_impure_reducer() {
        ProcessorFixture<History> impure = ProcessorFixture.of(
                        new Reducer<>(() -> History.EMPTY, (state, event) -> state.plus(Instant.now())))
                .when(new Note("x"));

        assertThat(message(impure::thenNothingAppended))
                .startsWith("Reducer of 'lab' is not pure: " + BuiltInType.INITIALIZED.type()
                        + " at /test@1 gave two different states; first difference at $.history[0]: ");
    }

    @Test
    void should_report_a_halt_that_was_not_expected_with_its_cause() {
        ProcessorFixture<Integer> halting = ProcessorFixture.of(
                        new Reducer<>(() -> 0, (state, event) -> 1 / (int) (3 - event.offset())))
                .when(new Note("x"), new Note("y"));

        Throwable thrown = catchThrowable(halting::thenNothingAppended);

        assertThat(thrown)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "Reducer of 'lab' threw: noted at /test@3; java.lang.ArithmeticException: / by" + " zero; ")
                .hasCauseInstanceOf(ArithmeticException.class);
    }

    @Test
    void should_report_a_halt_without_purity_check_as_the_runner_does() {
        ProcessorFixture<Integer> halting = ProcessorFixture.of(
                        new Reducer<>(() -> 0, (state, event) -> 1 / (int) (2 - event.offset())))
                .withoutPurityCheck("to see the other message")
                .when(new Note("x"));

        assertThat(message(halting::thenNothingAppended))
                .startsWith("'lab' halted: on /test; ")
                .contains("/ by zero")
                .endsWith("; if this is expected, call thenHalted()");
    }

    @Test
    void should_say_that_a_processor_did_not_halt() {
        chat.when(new UserSaid("ping"));

        assertThat(message(chat::thenHalted))
                .isEqualTo("'chat' did not halt: on /test it is LIVE after offset 3; it halts when its reducer throws");
    }

    @Test
    void should_say_that_an_event_breaks_the_append_rules() {
        chat.when(EventInput.builder()
                .type(BuiltInType.ERROR_OCCURRED.type())
                .payload(JsonCodec.parse("{\"msg\": \"x\"}"))
                .build());

        assertThat(message(chat::thenNothingAppended))
                .startsWith("The event for 'chat' is not valid: " + BuiltInType.ERROR_OCCURRED.type() + " on /test; ")
                .contains("payload.message")
                .endsWith("; correct it");
    }

    @Test
    void should_say_that_a_stream_refused_an_event() {
        chat.when(EventInput.ofType(BuiltInType.PAUSED.type()), new UserSaid("ping"));

        assertThat(message(chat::thenNothingAppended))
                .startsWith("append of user-said failed: /test; ")
                .contains("paused");
    }

    @Test
    void should_refuse_scripts_that_make_no_sense() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ProcessorFixture.of(new Reducer<>(() -> 0, (state, event) -> state))
                        .givenLog("logs/two-turns.yaml")
                        .givenLog(Note.log(1)))
                .withMessage(
                        "a processor runs on one stream, but history is on /agents/1 and on /test; give it the events"
                                + " of one of them");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessorFixture.of(new Reducer<>(() -> 0, (state, event) -> state))
                        .givenLog(Note.log(2))
                        .givenLog(Note.log(1)))
                .withMessage("history must ascend: noted at /test@1 of events does not come after offset 2; leave the"
                        + " offsets of one log out");
        assertThatIllegalArgumentException().isThrownBy(() -> chat.whenAfter(Duration.ofMillis(-1), new UserSaid("x")));
        assertThatIllegalArgumentException().isThrownBy(() -> chat.withoutPurityCheck(" "));

        chat.thenNothingAppended();
        assertThatIllegalStateException()
                .isThrownBy(() -> chat.when(new UserSaid("late")))
                .withMessage("the first 'then' has played the script, so nothing can be added; create a new fixture");
    }
}
