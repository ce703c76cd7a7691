package dev.millrace.processors.agent.app;

import static java.math.BigDecimal.TEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.FakeModel;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.Description;
import dev.millrace.processors.agent.tool.Tool;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent of a bookshop, as an application sees it. */
@Timeout(60)
class AgentsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final By ANN = By.person("ann");

    record FindOrder(@Description("order number") String id) {}

    record Search(String words, Optional<String> author, Optional<FindOrder> order) {}

    record Refund(String id, @Description("euros") BigDecimal amount) {}

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final FakeModel model = new FakeModel();
    private final List<Refund> refunds = new CopyOnWriteArrayList<>();
    private final Agent support = Agent.named("support")
            .instructions("You help customers of a bookshop.")
            .model(model)
            .tool(Tool.of("find_order", FindOrder.class, order -> "order " + order.id() + " costs 12 euros")
                    .readOnly())
            .tool(Tool.of("refund", Refund.class, (refund, call) -> {
                        refunds.add(refund);
                        return "paid back";
                    })
                    .within(Duration.ofSeconds(20))
                    .approval(refund -> refund.amount().compareTo(TEN) > 0, Duration.ofDays(2)))
            .tool(Tool.of("search", Search.class, Search::toString))
            .build();
    private final Agents agents =
            Agents.on(streams).serve("/support", support).withoutLease().start();

    @AfterEach
    void stop() {
        agents.close();
        engine.close();
    }

    @Test
    void should_answer_with_the_result_of_a_tool() {
        model.calls("1", "find_order", "{\"id\":\"17\"}").says("It costs 12 euros.");
        StringBuilder text = new StringBuilder();
        Turn turn = agents.at("/support/4711").say("What does order 17 cost?");

        Reply reply = turn.await(LIMIT);
        turn.onText(text::append);
        assertThat(reply.text()).isEqualTo("It costs 12 euros.");
        assertThat(text).hasToString("It costs 12 euros.");
        assertThat(turn.isDone()).isTrue();
        assertThat(model.prompts.get(0).tools())
                .extracting(ToolDefinition::name)
                .containsExactly("find_order", "refund", "search");
        assertThat(model.prompts.get(0).tools()).allMatch(ToolDefinition::isStrict);
        assertThat(model.prompts.get(1).parts()).last().isEqualTo(new ToolResult("1", "order 17 costs 12 euros"));
    }

    @Test
    void should_wait_for_an_approval_and_then_run_the_call() {
        model.calls("1", "refund", "{\"id\":\"17\",\"amount\":12}").says("Done.");
        Conversation talk = agents.at("/support/4711");
        Turn turn = talk.say("Refund order 17, please");

        List<Approval> asks = turn.awaitPause(LIMIT).approvals();
        assertThat(asks).extracting(Approval::name).containsExactly("refund");
        assertThat(talk.approvals()).isEqualTo(asks);
        assertThat(refunds).isEmpty();
        assertThatThrownBy(() -> turn.await(Duration.ofMillis(1)))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("timeout"))
                .hasMessageContaining("1 calls wait for an approval, the first is refund");
        asks.forEach(ask -> talk.approve(ask, ANN));
        assertThat(turn.await(LIMIT).text()).isEqualTo("Done.");
        assertThat(refunds).containsExactly(new Refund("17", new BigDecimal("12")));
    }

    @Test
    void should_run_a_call_at_once_that_needs_no_approval() {
        model.calls("1", "refund", "{\"id\":\"17\",\"amount\":2}").says("Done.");

        assertThat(agents.at("/support/a").say("Refund 2 euros").await(LIMIT).text())
                .isEqualTo("Done.");
        assertThat(refunds).hasSize(1);
    }

    @Test
    void should_run_a_call_with_the_arguments_that_were_approved() {
        model.calls("1", "refund", "{\"id\":\"17\",\"amount\":120}").says("Done.");
        Conversation talk = agents.at("/support/4711");
        Turn turn = talk.say("Refund order 17, please");
        Approval ask = turn.awaitPause(LIMIT).approvals().get(0);
        Approval less = talk.edit(ask, JsonCodec.parse("{\"id\":\"17\",\"amount\":12}"), ANN);
        assertThatThrownBy(() -> talk.approve(ask, ANN)).hasMessageContaining("was changed meanwhile");
        assertThat(talk.approvals()).containsExactly(less);
        assertThat(less.summary()).isEqualTo("refund {\"id\":\"17\",\"amount\":12}");
        talk.approve(less, ANN);
        assertThat(turn.await(LIMIT).text()).isEqualTo("Done.");
        assertThatThrownBy(() -> talk.deny(less, ANN, "too late"))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("not-waiting"));
        assertThatThrownBy(() -> agents.at("/support/other").approve(less, ANN)).isInstanceOf(AgentFailure.class);
        assertThatThrownBy(() -> talk.edit(less, JsonCodec.parse("{}"), ANN)).isInstanceOf(AgentFailure.class);

        assertThat(refunds).containsExactly(new Refund("17", new BigDecimal("12")));
        assertThat(model.prompts.get(1).parts().toString()).contains("ann changed the arguments");
    }

    @Test
    void should_tell_the_model_of_a_denial() {
        model.calls("1", "refund", "{\"id\":\"17\",\"amount\":12}").says("Sorry.");
        Conversation talk = agents.at("/support/4711");
        Turn turn = talk.say("Refund order 17, please");
        talk.deny(turn.awaitPause(LIMIT).approvals().get(0), ANN, "not ours");

        assertThat(turn.await(LIMIT).text()).isEqualTo("Sorry.");
        assertThat(model.prompts.get(1).parts().toString()).contains("ann denied it: not ours");
        assertThat(refunds).isEmpty();
    }

    @Test
    void should_keep_conversations_apart_and_read_notes_with_the_next_message() {
        model.says("one").says("two");
        assertThat(agents.at("/support/a").say("hi").await(LIMIT).text()).isEqualTo("one");
        Conversation other = agents.at("/support/b");
        other.note("The customer is angry.");
        assertThat(other.say("hello").await(LIMIT).text()).isEqualTo("two");

        assertThat(model.prompts.get(1).parts()).hasSize(2);
        assertThat(other.transcript().entries()).hasSize(3);
    }

    @Test
    void should_throw_the_failure_of_the_model_and_answer_the_next_message() {
        model.fails(ModelFailure.of(FailureKind.QUOTA, "no credit")).says("back");
        Conversation talk = agents.at("/support/a");

        assertThatThrownBy(() -> talk.say("hi").await(LIMIT))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("quota"))
                .hasMessageContaining("no credit");
        assertThat(talk.say("again").await(LIMIT).text()).isEqualTo("back");
    }

    @Test
    void should_follow_the_answer_to_the_newest_message() {
        model.says("one").calls("1", "refund", "{\"id\":\"17\",\"amount\":12}").says("two");
        Conversation talk = agents.at("/support/a");
        assertThat(talk.say("hi").await(LIMIT).text()).isEqualTo("one");
        talk.say("Refund order 17, please").awaitPause(LIMIT);

        Conversation later = agents.at("/support/a");
        Turn turn = later.follow();
        List<Approval> asks = turn.awaitPause(LIMIT).approvals();
        assertThat(asks).hasSize(1);
        later.approve(asks.get(0), ANN);
        assertThat(turn.await(LIMIT).text()).isEqualTo("two");
        assertThat(later.follow().await(LIMIT).text()).isEqualTo("two");
    }

    @Test
    void should_follow_only_what_is_not_answered() {
        model.calls("1", "refund", "{\"id\":\"17\",\"amount\":12}").says("two");
        Conversation talk = agents.at("/support/a");
        assertThat(talk.unanswered()).isEmpty();
        assertThatThrownBy(talk::follow)
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("no-message"));
        talk.say("Refund order 17, please").awaitPause(LIMIT).close();

        Turn turn = talk.unanswered().orElseThrow();
        turn.awaitPause(LIMIT).approvals().forEach(ask -> talk.approve(ask, ANN));

        assertThat(turn.await(LIMIT).text()).isEqualTo("two");
        assertThat(talk.unanswered()).isEmpty();
    }

    @Test
    void should_refuse_a_conversation_that_no_agent_serves() {
        assertThatThrownBy(() -> agents.at("/other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no agent serves /other; served are [/support]");
    }

    @Test
    void should_not_take_a_failure_for_the_end_that_was_retried_later() {
        model.fails(ModelFailure.of(FailureKind.QUOTA, "no credit")).says("back");
        Conversation talk = agents.at("/support/a");
        assertThatThrownBy(() -> talk.say("hi").await(LIMIT)).hasMessageContaining("no credit");
        streams.append("/support/a", new AgentEvent.RetryRequested(Optional.empty()))
                .join();
        await().atMost(LIMIT).until(() -> model.prompts.size() == 2);
        agents.awaitIdle(LIMIT);

        assertThat(talk.follow().await(LIMIT).text()).isEqualTo("back");
    }

    @Test
    void should_stop_an_answer() {
        model.then(sink -> {});
        Conversation talk = agents.at("/support/a");
        Turn turn = talk.say("hi");
        await().atMost(LIMIT).until(() -> talk.stop("enough"));

        assertThatThrownBy(() -> turn.await(LIMIT))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("stopped"));
        assertThat(talk.stop("again")).isFalse();
    }

    @Test
    void should_say_how_long_it_waited() {
        model.then(sink -> {});

        assertThatThrownBy(() -> agents.at("/support/a").say("hi").await(Duration.ofMillis(50)))
                .isInstanceOf(AgentFailure.class)
                .hasMessageContaining("no answer at /support/a within PT0.05S");
    }

    @Test
    void should_take_an_optional_argument_that_a_model_leaves_out_as_empty() {
        model.calls("1", "search", "{\"words\":\"tea\"}").says("Nothing.");

        assertThat(agents.at("/support/a").say("tea?").await(LIMIT).text()).isEqualTo("Nothing.");
        assertThat(model.prompts.get(1).parts())
                .last()
                .isEqualTo(new ToolResult("1", new Search("tea", Optional.empty(), Optional.empty()).toString()));
    }

    @Test
    void should_refuse_two_agents_on_one_path() {
        assertThatThrownBy(() -> Agents.on(streams).serve("/support", support).serve("/support/a", support))
                .hasMessageContaining("cannot serve /support/a");
        assertThatThrownBy(() -> Agent.named("x").build()).hasMessageContaining("has no model");
    }
}
