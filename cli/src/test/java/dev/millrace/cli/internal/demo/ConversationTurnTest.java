package dev.millrace.cli.internal.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Events;
import dev.millrace.core.StreamEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConversationTurnTest {
    private static final InputAdded HELLO = InputAdded.user("hello");

    @Test
    void should_owe_a_reply_until_a_request_for_the_newest_input_completes() {
        assertThat(after(HELLO)).isEmpty();
        assertThat(after(HELLO, started(1))).isEmpty();
        assertThat(after(HELLO, started(1), completed(2))).contains(new ConversationTurn.Outcome(Optional.empty()));
    }

    @Test
    void should_not_take_the_answer_to_an_older_input_for_an_answer_to_the_newest() {
        assertThat(after(HELLO, started(1), InputAdded.user("wait"), completed(2)))
                .isEmpty();
        assertThat(after(HELLO, started(1), completed(2), InputAdded.user("and?")))
                .isEmpty();
        assertThat(after(HELLO, started(1), InputAdded.user("wait"), interrupted(2), started(3), completed(5)))
                .contains(new ConversationTurn.Outcome(Optional.empty()));
    }

    @Test
    void should_say_why_there_is_no_reply() {
        assertThat(after(HELLO, started(1), failed(2)).orElseThrow().failure())
                .hasValue("the model request failed (quota): You exceeded your current quota.");
        assertThat(after(HELLO, started(1), new RequestCancelled(2, "by hand", Optional.empty()))
                        .orElseThrow()
                        .failure())
                .hasValue("the model request was cancelled: by hand");
        assertThat(after(HELLO, new StreamEvent.Paused(Optional.of("enough")))
                        .orElseThrow()
                        .failure())
                .hasValue("the stream is paused: enough");
        assertThat(after(HELLO, halted(AgentProcessor.SLUG)).orElseThrow().failure())
                .hasValue("the agent stopped: division by zero");
    }

    @Test
    void should_not_mind_the_failures_of_other_processors() {
        assertThat(after(HELLO, halted("somebody-else"))).isEmpty();
    }

    @Test
    void should_still_owe_the_reply_of_a_lost_request() {
        assertThat(after(HELLO, started(1), new RequestLost(2, Optional.empty())))
                .isEmpty();
        assertThat(after(HELLO, started(1), new RequestLost(2, Optional.empty()), started(1), completed(4)))
                .contains(new ConversationTurn.Outcome(Optional.empty()));
    }

    @Test
    void should_owe_nothing_for_what_was_not_said_by_the_user() {
        assertThat(after(HELLO, started(1), completed(2), InputAdded.as("developer", "be brief")))
                .contains(new ConversationTurn.Outcome(Optional.empty()));
    }

    private static Optional<ConversationTurn.Outcome> after(Object... payloads) {
        ConversationTurn turn = new ConversationTurn(AgentProcessor.SLUG);
        long offset = 0;
        for (Object payload : List.of(payloads)) {
            turn.fold(Events.event(++offset, payload));
        }
        return turn.outcome();
    }

    private static RequestStarted started(long through) {
        return new RequestStarted(through, "scripted", 1, "launch", Optional.empty(), Optional.empty());
    }

    private static RequestCompleted completed(long request) {
        return new RequestCompleted(
                request,
                Optional.empty(),
                Optional.empty(),
                "completed",
                Optional.empty(),
                Optional.empty(),
                10,
                Optional.empty());
    }

    private static RequestFailed failed(long request) {
        return new RequestFailed(
                request,
                "quota",
                Optional.of("insufficient_quota"),
                Optional.of(429),
                "You exceeded your current quota.",
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static RequestCancelled interrupted(long request) {
        return new RequestCancelled(request, "interrupted", Optional.of(3L));
    }

    private static StreamEvent.ProcessorHalted halted(String processor) {
        return new StreamEvent.ProcessorHalted(processor, 1, new StreamEvent.Source("/a", 1), "division by zero");
    }
}
