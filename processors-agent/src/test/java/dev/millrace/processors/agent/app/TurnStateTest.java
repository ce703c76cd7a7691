package dev.millrace.processors.agent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TurnStateTest {
    private static final InputAdded HELLO = InputAdded.user("hello");

    @Test
    void should_owe_a_reply_until_a_request_for_the_newest_input_completes() {
        assertOwed(HELLO);
        assertOwed(HELLO, started(1));
        assertAnswered(HELLO, started(1), completed(2));
    }

    @Test
    void should_not_take_the_answer_to_an_older_input_for_an_answer_to_the_newest() {
        assertOwed(HELLO, started(1), InputAdded.user("wait"), completed(2));
        assertOwed(HELLO, started(1), completed(2), InputAdded.user("and?"));
        assertAnswered(HELLO, started(1), InputAdded.user("wait"), interrupted(2), started(3), completed(5));
    }

    @Test
    void should_say_why_there_is_no_reply() {
        assertFailed(
                "quota",
                "the request to the model failed (quota): You exceeded your current quota.",
                HELLO,
                started(1),
                failed(2));
        assertFailed(
                "stopped",
                "a caller stopped the agent; to go on, send a message",
                HELLO,
                started(1),
                new RequestCancelled(2, "by hand", Optional.empty()));
        assertFailed(
                "paused",
                "the stream is paused: enough; to go on, append millrace/resumed",
                HELLO,
                new StreamEvent.Paused(Optional.of("enough")));
        assertFailed("halted", "the agent stopped: division by zero", HELLO, halted(AgentProcessor.SLUG));
    }

    @Test
    void should_not_mind_the_failures_of_other_processors() {
        assertOwed(HELLO, halted("another-processor"));
        assertThat(afterErrorOf("tool-host.mcp").failure()).isEmpty();
        assertThat(afterErrorOf(AgentProcessor.SLUG).failure())
                .get()
                .extracting(AgentFailure::code)
                .isEqualTo("error");
    }

    private static TurnState afterErrorOf(String processor) {
        TurnState state = after(HELLO);
        state.fold(Event.builder()
                .path(StreamPath.of("/a"))
                .offset(2)
                .type(EventCatalog.nameOf(StreamEvent.ErrorOccurred.class))
                .payloadJson(JsonCodec.toTree(new StreamEvent.ErrorOccurred("broken")))
                .metadata(Provenance.metadataOf(processor, Optional.empty()))
                .createdAt(Instant.EPOCH.plusSeconds(2))
                .build());
        return state;
    }

    @Test
    void should_go_on_after_a_pause() {
        assertOwed(HELLO, new StreamEvent.Paused(Optional.of("enough")), new StreamEvent.Resumed(Optional.empty()));
    }

    @Test
    void should_still_owe_the_reply_of_a_lost_request() {
        assertOwed(HELLO, started(1), new RequestLost(2, Optional.empty()));
        assertAnswered(HELLO, started(1), new RequestLost(2, Optional.empty()), started(1), completed(4));
    }

    @Test
    void should_owe_nothing_for_what_was_not_said_by_the_user() {
        assertAnswered(HELLO, started(1), completed(2), InputAdded.as("developer", "be brief"));
    }

    private static void assertOwed(Object... payloads) {
        TurnState state = after(payloads);
        assertThat(state.isIdle()).isFalse();
        assertThat(state.failure()).isEmpty();
        assertThat(state.reply()).isEmpty();
    }

    private static void assertAnswered(Object... payloads) {
        TurnState state = after(payloads);
        assertThat(state.isIdle()).isTrue();
        assertThat(state.failure()).isEmpty();
        assertThat(state.reply()).isPresent();
    }

    private static void assertFailed(String code, String message, Object... payloads) {
        assertThat(after(payloads).failure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure).hasMessage(message);
        });
    }

    private static TurnState after(Object... payloads) {
        TurnState state = new TurnState(1);
        long offset = 0;
        for (Object payload : List.of(payloads)) {
            offset++;
            state.fold(Event.builder()
                    .path(StreamPath.of("/a"))
                    .offset(offset)
                    .type(EventCatalog.nameOf(payload.getClass()))
                    .payloadJson(JsonCodec.toTree(payload))
                    .createdAt(Instant.EPOCH.plusSeconds(offset))
                    .build());
        }
        return state;
    }

    private static RequestStarted started(long through) {
        return new RequestStarted(
                through, "scripted", 1, "launch", Optional.empty(), Optional.empty(), Optional.empty());
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
