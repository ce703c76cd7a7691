package dev.millrace.testkit;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.fixture.ProcessorFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Assertions of a fixture about effects, states and halts. */
class ProcessorFixtureEffectsTest {
    private final ProcessorFixture<ChatState> chat =
            ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")));

    @Test
    void should_compare_what_was_appended_with_predicates() {
        chat.when(new UserSaid("ping"))
                .thenAppendedMatching(event -> event.payload() instanceof AssistantSaid said
                        && said.text().length() == 4);

        assertThatThrownBy(() -> chat.thenAppendedMatching(event -> event.type().equals("user-said")))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("'chat' appended something else to /test; expected 1 event\nbut was:\n"
                        + "  1. assistant-said {\"text\":\"pong\"}\nevent 1 does not match its predicate\nwhat came");
        assertThatThrownBy(chat::thenAppendedMatching).hasMessageContaining("expected 0 events\nbut was:");
    }

    // region attempts
    @Test
    void should_cancel_the_old_answer_when_the_user_continues() {
        ProcessorFixture.of(new ChatProcessor(history -> new CompletableFuture<>())) // a model that never answers
                .leavingTasksOpen()
                .when(new UserSaid("write a long poem"))
                .when(new UserSaid("stop"))
                .thenLaunched("reply", "reply")
                .thenCancelled("reply")
                .thenNothingAppended();
    }
    // endregion

    @Test
    void should_note_launches_of_attempts_that_end() {
        chat.when(new UserSaid("ping")).thenLaunched("reply").thenCancelled();

        assertThatThrownBy(chat::thenNoEffects).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> chat.thenLaunched("other"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("'chat' launched other background tasks on /test: expected [other] but was [reply]");
        assertThatThrownBy(() -> chat.thenCancelled("reply"))
                .hasMessage("'chat' cancelled other background tasks on /test: expected [reply] but was []");
    }

    @Test
    void should_know_that_there_were_no_effects() {
        ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
                .givenLog("logs/two-turns.yaml")
                .when(new Note("nothing to the chat"))
                .thenNoEffects();
    }

    @Test
    void should_name_every_place_where_a_state_is_another_one() {
        chat.when(new UserSaid("ping")).thenStateIs(new ChatState(List.of("user: ping", "assistant: pong"), 2, 3));

        assertThatThrownBy(() -> chat.thenStateIs(new ChatState(List.of("user: ping"), 2, 4)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("""
                        'chat' on /test has another state:
                          $.history[1]: expected nothing but was "assistant: pong"
                          $.lastAnswerOffset: expected 4 but was 3
                        what came on /test after the given part:
                          ---
                        """);
    }

    @Test
    void should_say_why_a_processor_halted() {
        ProcessorFixture<Integer> halting = ProcessorFixture.of(
                        new Reducer<>(() -> 0, (state, event) -> 1 / (int) (2 - event.offset())))
                .withoutPurityCheck("it throws")
                .when(new Note("x"));

        halting.thenHaltedWith("ArithmeticException").thenHaltedWith("/ by zero");

        assertThatThrownBy(() -> halting.thenHaltedWith("NullPointerException"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "'lab' halted for another reason: on /test expected one with \"NullPointerException\" but was: reducer");
    }

    @Test
    void should_play_an_open_script_the_same_way_as_a_closed_one() {
        List<String> open = types(true);
        assertThat(open).isEqualTo(types(false)).anyMatch(type -> type.contains("assistant-said"));
    }

    private static List<String> types(boolean open) {
        ProcessorFixture<ChatState> fixture = ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
                .givenLog("logs/two-turns.yaml");
        List<String> types = new ArrayList<>();
        (open ? fixture.leavingTasksOpen() : fixture)
                .when(new UserSaid("a"))
                .when(new UserSaid("b"))
                .thenLog(log -> log.forEach(event -> types.add(event.offset() + event.type() + event.createdAt())));
        return types;
    }
}
