package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.model.FailureKind;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The status in the state, and what starts another request after a failure. */
class AgentStatusTest {
    private final AgentLog log = new AgentLog();

    @AfterEach
    void revive() {
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(log.state()), AgentState.class))
                .isEqualTo(log.state());
    }

    @Test
    void should_have_no_input_at_first() {
        assertIdle(AgentStatus.NO_INPUT, 0);
        log.add(InputAdded.as("developer", "note"));
        assertIdle(AgentStatus.NO_INPUT, 0);
    }

    @Test
    void should_owe_a_reply_until_a_request_starts() {
        long asked = log.user("one");

        assertWorking(AgentStatus.REPLY_OWED, asked);
    }

    @Test
    void should_call_the_model_while_a_request_is_open() {
        log.user("one");
        long request = log.start();
        assertWorking(AgentStatus.MODEL_CALL, request);
        log.chunk(request, 0, "a");
        log.user("two");
        assertWorking(AgentStatus.MODEL_CALL, request);
    }

    @Test
    void should_wait_after_a_temporary_failure_until_the_model_says_something() {
        log.user("one");
        long request = log.start();
        log.retryScheduled(request, 5_000);
        long scheduled = log.head();
        assertWorking(AgentStatus.RETRY_WAIT, scheduled);
        log.add(InputAdded.as("developer", "note"));
        assertWorking(AgentStatus.RETRY_WAIT, scheduled);
        log.chunk(request, 0, "a");

        assertWorking(AgentStatus.MODEL_CALL, request);
    }

    @Test
    void should_be_answered_after_a_complete_answer() {
        log.user("one");
        log.complete(log.start());

        assertIdle(AgentStatus.ANSWERED, log.head());
    }

    @Test
    void should_be_stopped_after_a_cancel() {
        log.user("one");
        log.cancel(log.start());

        assertIdle(AgentStatus.STOPPED, log.head());
    }

    @Test
    void should_owe_a_reply_after_a_lost_request() {
        long asked = log.user("one");
        log.lose(log.start());

        assertWorking(AgentStatus.REPLY_OWED, asked);
    }

    @Test
    void should_be_failed_with_the_class_and_the_time_of_the_next_try() {
        Instant later = Instant.parse("2026-01-01T01:00:00Z");
        log.user("one");
        log.fail(log.start(), FailureKind.RATE_LIMIT, Optional.of(later));

        assertIdle(AgentStatus.FAILED, log.head());
        assertThat(log.state().status().failureClass()).contains("rate-limit");
        assertThat(log.state().status().retryAt()).contains(later);
        log.user("two");
        assertThat(log.state().status().failureClass()).isEmpty();
        assertThat(log.state().status().retryAt()).isEmpty();
    }

    @Test
    void should_answer_again_when_a_retry_is_requested_after_a_failure() {
        failed();
        long retry = log.retry();
        assertWorking(AgentStatus.REPLY_OWED, retry);
        assertThat(log.state().attempts()).isZero();
        long request = log.start();
        assertThat(log.state().open().orElseThrow().attempt()).isEqualTo(1);
        log.complete(request);

        assertIdle(AgentStatus.ANSWERED, log.head());
    }

    @Test
    void should_answer_again_when_a_retry_is_requested_after_a_stop() {
        log.user("one");
        log.cancel(log.start());

        assertWorking(AgentStatus.REPLY_OWED, log.retry());
    }

    @Test
    void should_answer_again_when_the_configuration_or_the_prompt_changes_after_a_failure() {
        failed();
        assertWorking(AgentStatus.REPLY_OWED, log.add(LlmConfigUpdated.model("another")));
        log.fail(log.start());
        assertWorking(AgentStatus.REPLY_OWED, log.add(new SystemPromptUpdated("short")));
    }

    @Test
    void should_answer_again_when_the_configuration_changed_while_the_request_failed() {
        log.user("one");
        long request = log.start();
        long configured = log.add(LlmConfigUpdated.model("another"));
        log.fail(request);

        assertWorking(AgentStatus.REPLY_OWED, configured);
    }

    @Test
    void should_not_answer_again_when_the_configuration_changes_after_a_stop() {
        log.user("one");
        log.cancel(log.start());
        long stopped = log.head();
        log.add(LlmConfigUpdated.model("another"));

        assertIdle(AgentStatus.STOPPED, stopped);
    }

    @Test
    void should_ignore_a_retry_request_while_a_request_is_open() {
        log.user("one");
        long request = log.start();
        AgentState before = log.state();
        log.retry();
        assertThat(log.state()).isSameAs(before);
        log.complete(request);

        assertThat(log.state().owesReply()).isFalse();
    }

    @Test
    void should_ignore_a_retry_request_without_input_or_after_a_complete_answer() {
        log.retry();
        assertIdle(AgentStatus.NO_INPUT, 0);
        log.user("one");
        log.complete(log.start());
        AgentState before = log.state();
        log.retry();

        assertThat(log.state()).isSameAs(before);
    }

    @Test
    void should_ignore_a_second_retry_request() {
        failed();
        long first = log.retry();
        log.retry();

        assertThat(log.state().owed()).isEqualTo(first);
    }

    private void failed() {
        log.user("one");
        log.fail(log.start(), FailureKind.QUOTA, Optional.empty());
        assertIdle(AgentStatus.FAILED, log.head());
        assertThat(log.state().status().failureClass()).contains("quota");
    }

    private void assertWorking(String reason, long since) {
        assertStatus(true, reason, since);
    }

    private void assertIdle(String reason, long since) {
        assertStatus(false, reason, since);
    }

    private void assertStatus(boolean working, String reason, long since) {
        AgentStatus status = log.state().status();
        assertThat(status.working()).as("%s", status).isEqualTo(working);
        assertThat(status.reason()).isEqualTo(reason);
        assertThat(status.since()).as("%s", status).isEqualTo(since);
    }
}
