package dev.millrace.processors.agent;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class AgentReducerTest {
    private final AgentLog log = new AgentLog();
    private final AgentProcessor agent = AgentProcessor.of(new FakeModel());

    @Test
    void should_forget_a_refused_parameter_when_a_caller_takes_it_back() {
        log.add(new AgentEvent.CapabilityLearned(2, "http://a", "m", "temperature", false, Optional.empty()));
        log.add(new AgentEvent.CapabilityLearned(2, "http://a", "m", "include", false, Optional.empty()));
        log.add(new AgentEvent.CapabilityLearned(2, "http://a", "m", "temperature", true, Optional.empty()));

        assertThat(log.state().unsupported()).containsExactly(new AgentState.Unsupported("http://a", "m", "include"));
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(agent).hasAcceptedFingerprint();
    }

    @Test
    void should_be_pure_over_conversations_with_everything_in_them() {
        log.add(InputAdded.as("developer", "be brief"));
        log.user("one");
        long first = log.start();
        log.chunk(first, 0, "he");
        log.lose(first);
        long second = log.start("another");
        log.user("two");
        log.chunk(second, 0, "hel");
        log.cancel(second);
        long third = log.start();
        log.message(third, 0, "hello");
        log.complete(third);
        log.user("three");
        log.fail(log.start());
        log.add("agent-input-added", JsonCodec.parse("{\"role\":\"tool\"}"));
        assertThat(agent).isPureOver(log.events());
    }

    @Test
    void should_owe_a_reply_to_what_a_user_said_only() {
        log.add(InputAdded.as("developer", "be brief"));
        log.add(InputAdded.as("assistant", "hello"));
        assertThat(log.state().owesReply()).isFalse();

        long asked = log.user("hi");

        assertThat(log.state().owesReply()).isTrue();
        assertThat(log.state().owed()).isEqualTo(asked);
        assertThat(log.transcript()).containsExactly("developer: be brief", "assistant: hello", "user: hi");
    }

    @Test
    void should_take_an_input_without_a_role_for_a_users() {
        long asked = log.add("agent-input-added", JsonCodec.parse("{\"content\":\"hi\"}"));

        assertThat(log.state().owed()).isEqualTo(asked);
    }

    @Test
    void should_ignore_an_input_that_is_none() {
        log.add("agent-input-added", JsonCodec.parse("{\"role\":\"tool\",\"content\":\"hi\"}"));
        log.add("agent-input-added", JsonCodec.parse("{\"role\":\"user\"}"));
        log.add("agent-input-added", JsonCodec.parse("{\"role\":\"user\",\"content\":{}}"));

        assertThat(log.state()).isEqualTo(AgentState.empty());
    }

    @Test
    void should_keep_the_items_of_a_complete_response_and_owe_nothing() {
        log.user("hi");
        long request = log.start();
        log.chunk(request, 0, "hel");
        log.message(request, 0, "hello");
        log.complete(request);

        assertThat(log.state().owesReply()).isFalse();
        assertThat(log.state().open()).isEmpty();
        assertThat(log.transcript()).containsExactly("user: hi", "assistant: hello");
    }

    @Test
    void should_count_a_failure_as_the_answer_and_keep_what_was_said() {
        log.user("hi");
        long request = log.start();
        log.chunk(request, 0, "hel");
        log.fail(request);

        assertThat(log.state().owesReply()).isFalse();
        assertThat(log.transcript()).containsExactly("user: hi", "assistant: hel\n\n[response cut off by an error]");
    }

    @Test
    void should_put_an_interrupted_response_before_the_input_that_interrupted_it() {
        log.user("tell me a story");
        long request = log.start();
        log.chunk(request, 0, "Once ");
        log.chunk(request, 0, "upon");
        log.user("stop");
        log.chunk(request, 0, " a time");
        log.cancel(request);
        log.chunk(request, 0, " too late");
        log.message(request, 0, "too late");

        assertThat(log.transcript())
                .containsExactly(
                        "user: tell me a story",
                        "assistant: Once upon a time\n\n[response interrupted by the user]",
                        "user: stop");
        assertThat(log.state().owesReply()).isTrue();
        assertThat(log.state().attempts()).isZero();
    }

    @Test
    void should_still_owe_a_reply_when_the_request_was_lost() {
        log.user("hi");
        long first = log.start();
        log.chunk(first, 0, "he");
        log.lose(first);
        assertThat(log.state().owesReply()).isTrue();
        assertThat(log.state().attempts()).isEqualTo(1);

        long second = log.start();
        log.message(first, 0, "from the dead");
        log.chunk(first, 1, "also from the dead");
        log.message(second, 0, "hello");
        log.complete(first);
        assertThat(log.state().owesReply()).isTrue();
        log.complete(second);

        assertThat(log.state().owesReply()).isFalse();
        assertThat(log.transcript())
                .containsExactly(
                        "user: hi",
                        "assistant: he\n\n[response cut off by a restart]",
                        "user: " + Transcript.CONTINUE,
                        "assistant: hello");
    }

    @Test
    void should_owe_nothing_when_a_caller_stopped_the_request() {
        log.user("hi");
        log.cancel(log.start());

        assertThat(log.state().owesReply()).isFalse();
    }

    @Test
    void should_let_a_newer_start_take_over() {
        log.user("one");
        long first = log.start();
        log.user("two");
        long second = log.start();
        log.chunk(first, 0, "x");
        log.message(second, 0, "answer");
        log.complete(second);

        assertThat(log.transcript()).containsExactly("user: one", "user: two", "assistant: answer");
        assertThat(log.state().closedThrough()).isEqualTo(second);
    }

    @Test
    void should_ignore_a_start_that_comes_too_late() {
        long one = log.user("one");
        log.user("two");
        long second = log.start();
        log.add(started(one, "late"));
        assertThat(log.state().open())
                .hasValueSatisfying(open -> assertThat(open.id()).isEqualTo(second));

        log.complete(second);
        log.add(started(one, "later"));
        assertThat(log.state().open()).isEmpty();
        assertThat(log.state().owesReply()).isFalse();
    }

    @Test
    void should_not_believe_a_start_that_claims_the_future() {
        log.user("one");
        long request = log.add(started(1_000_000, "x"));
        log.complete(request);
        log.user("two");

        assertThat(log.state().owesReply()).isTrue();
    }

    @Test
    void should_keep_text_whose_item_was_never_said_to_be_complete() {
        log.user("hi");
        long request = log.start();
        log.chunk(request, 0, "hello");
        log.complete(request);

        assertThat(log.transcript()).containsExactly("user: hi", "assistant: hello");
    }

    @Test
    void should_order_items_by_output_index() {
        log.user("hi");
        long request = log.start();
        log.message(request, 1, "second");
        log.chunk(request, 2, "third");
        log.message(request, 0, "first");
        log.cancel(request);

        assertThat(log.transcript())
                .containsExactly(
                        "user: hi",
                        "assistant: first",
                        "assistant: second",
                        "assistant: third\n\n[response interrupted by the user]");
    }

    @Test
    void should_merge_configuration() {
        log.add(LlmConfigUpdated.model("m1"));
        log.add(new LlmConfigUpdated(
                Optional.empty(),
                Optional.of("low"),
                Optional.of(100),
                Optional.of(new BigDecimal("0.5")),
                Optional.empty()));
        log.add(LlmConfigUpdated.model("m2"));

        assertThat(log.state().config())
                .isEqualTo(new LlmConfigUpdated(
                        Optional.of("m2"),
                        Optional.of("low"),
                        Optional.of(100),
                        Optional.of(new BigDecimal("0.5")),
                        Optional.empty()));
        assertThat(log.state().inputThrough()).isEqualTo(log.head());
    }

    @Test
    void should_return_the_same_state_for_what_is_not_its_own() {
        log.user("hi");
        AgentState before = log.state();
        log.add("of-another-processor", JsonCodec.parse("{}"));
        log.complete(99);

        assertThat(log.state()).isSameAs(before);
    }

    private static RequestStarted started(long inputThrough, String launch) {
        return new RequestStarted(inputThrough, "m", 1, launch, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
