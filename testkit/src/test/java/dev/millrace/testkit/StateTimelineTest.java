package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static dev.millrace.testkit.MillraceAssertions.assertThatExceptionOfType;
import static dev.millrace.testkit.MillraceAssertions.assertThatIllegalArgumentException;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateTimelineTest {
    private static final ChatProcessor CHAT = new ChatProcessor(history -> completedFuture("pong"));

    private final StateTimeline<ChatState> timeline =
            StateTimeline.of(CHAT, RecordedLog.readResource("logs/two-turns.yaml"));

    // region timeline
    @Test
    void should_tell_which_event_changed_what() {
        StateTimeline<ChatState> timeline = StateTimeline.of(CHAT, RecordedLog.readResource("logs/two-turns.yaml"));

        assertThat(timeline.stateAt(3).owesReply()).isFalse();
        assertThat(timeline.firstChange("history[2]"))
                .hasValueSatisfying(event -> assertThat(event).hasOffset(4));
        assertThat(timeline.diff(3, 4)).isEqualTo("""
                $.history[2]: nothing -> "user: what is the capital of Norway?"
                $.lastUserOffset: 2 -> 4""");
        assertThat(timeline).changes("lastAnswerOffset", 3, 5);
    }
    // endregion

    @Test
    void should_have_a_state_for_every_offset() {
        assertThat(timeline.lastOffset()).isEqualTo(5);
        assertThat(timeline.stateAt(0)).isEqualTo(ChatState.empty());
        assertThat(timeline.stateAt(1)).isEqualTo(ChatState.empty());
        assertThat(timeline.stateAt(2)).isEqualTo(new ChatState(List.of("user: hello"), 2, 0));
        assertThat(timeline.jsonAt(5).path("history")).hasSize(4);
        assertThat(timeline)
                .hasStateAt(2, new ChatState(List.of("user: hello"), 2, 0))
                .hasToString("states of 'chat' over logs/two-turns.yaml (4 events)");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 6})
    void should_refuse_offsets_beyond_the_log(long offset) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timeline.stateAt(offset))
                .withMessage("no state at offset " + offset + ": logs/two-turns.yaml (4 events) goes from 0, before its"
                        + " first event, to 5");
    }

    @Test
    void should_show_removed_and_added_values() {
        assertThat(timeline.diff(2, 2)).isEmpty();
        assertThat(timeline.diff(3, 2)).isEqualTo("""
                $.history[1]: "assistant: hello, how can I help?" -> nothing
                $.lastAnswerOffset: 3 -> 0""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"history[1]", "$.history[1]", ".history[1]", "/history/1", "[\"history\"][1]"})
    void should_take_a_place_however_it_is_written(String place) {
        assertThat(timeline.changesOf(place)).extracting(Event::offset).containsExactly(3L);
        assertThat(timeline.firstChange(place)).map(Event::payload).containsInstanceOf(ChatEvent.AssistantSaid.class);
    }

    @Test
    void should_find_changes_of_the_whole_and_of_nothing() {
        assertThat(timeline)
                .changes("$", 2, 3, 4, 5)
                .changes("history", 2, 3, 4, 5)
                .changes("nowhere.at[0]");
        assertThat(timeline.firstChange("history[4]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"history[", "history[x]", "a..b", "history[0]x\"", "history.[0]"})
    void should_refuse_a_malformed_place(String place) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timeline.changesOf(place))
                .withMessage("not a place in a state: '" + place
                        + "'; write it as history[3], $.users[\"a b\"].name or /history/3");
    }

    @Test
    void should_say_what_changed_it_instead() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline).changes("lastUserOffset", 2))
                .withMessage("Changes of lastUserOffset in the state of 'chat' over logs/two-turns.yaml (4 events):"
                        + " expected at offsets [2] but was [user-said at /agents/1@2, user-said at /agents/1@4]");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline).changes("nothing", 2))
                .withMessageEndingWith("expected at offsets [2] but was nowhere");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline).hasStateAt(2, new ChatState(List.of("user: hi"), 2, 0)))
                .withMessageContaining(
                        "State of 'chat' at offset 2 of logs/two-turns.yaml (4 events) is not as expected;"
                                + " first difference at $.history[0]");
    }

    @Test
    void should_refuse_a_log_of_several_streams() {
        RecordedLog log = RecordedLog.parse("type: a\n---\nstreamPath: /other\ntype: b\n", "both.yaml");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateTimeline.of(CHAT, log))
                .withMessage("states over time need the log of one stream: both.yaml holds [/test, /other]; record each"
                        + " into a file of its own");
    }

    @Test
    void should_fold_an_empty_log() {
        StateTimeline<ChatState> nothing = StateTimeline.of(CHAT, RecordedLog.of(List.of()));

        assertThat(nothing.stateAt(0)).isEqualTo(ChatState.empty());
        assertThat(nothing).changes("$");
    }

    @Test
    void should_refuse_a_reducer_that_changes_the_past() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> StateTimeline.of(new Mutating(), RecordedLog.ofPayloads(new UserSaid("a"))))
                .withMessageContaining("user-said at /test@1 changed the state it was given; first difference at $[0]");
    }

    /** Adds to the list that it was given. */
    private record Mutating() implements Processor<List<String>> {
        @Override
        public String slug() {
            return "mutating";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(ChatEvent.class);
        }

        @Override
        public List<String> initialState() {
            return new ArrayList<>();
        }

        @Override
        public List<String> reduce(List<String> state, Event event) {
            state.add(event.type());
            return state;
        }
    }
}
