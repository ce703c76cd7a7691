package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentDecision.Cancel;
import dev.millrace.processors.agent.AgentDecision.Command;
import dev.millrace.processors.agent.AgentDecision.DeclareUnknown;
import dev.millrace.processors.agent.AgentDecision.Expire;
import dev.millrace.processors.agent.AgentDecision.LookAgain;
import dev.millrace.processors.agent.AgentDecision.Request;
import dev.millrace.processors.agent.AgentDecision.Situation;
import dev.millrace.processors.agent.AgentDecision.Skip;
import dev.millrace.processors.agent.AgentDecision.Start;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The life of tool calls in the state, the decision and the prompt, without a runner. */
class ToolCallsTest {
    private static final Situation HERE = new Situation(false, false, false);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Optional<String> HOST = Optional.of("host");

    private final AgentLog log = new AgentLog();

    @Test
    void should_request_each_call_of_a_complete_response() {
        called("a", "b");

        assertThat(next()).containsExactly(new Request(open("a")), new Request(open("b")));
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.TOOL_CALLS);
        assertThat(log.state().owesReply()).isFalse();
    }

    @Test
    void should_owe_a_request_when_the_last_call_has_ended() {
        called("a", "b");
        run("a");
        run("b");
        done("b", "two");
        assertThat(next()).hasOnlyElementsOfType(LookAgain.class);
        long last = done("a", "one");

        assertThat(next()).containsExactly(new Start(last));
        log.start();
        assertThat(results()).containsExactly(new ToolResult("a", "one"), new ToolResult("b", "two"));
    }

    @Test
    void should_run_no_call_of_a_response_that_was_cut_off() {
        offer();
        log.user("hi");
        long request = log.start();
        log.call(request, 0, "a", "tool", "{}");
        log.fail(request);

        assertThat(log.state().calls().isEmpty()).isTrue();
        assertThat(next()).isEmpty();
        log.user("again");
        log.start();
        assertThat(results()).containsExactly(new ToolResult("a", CallResult.NOT_RUN));
    }

    @Test
    void should_skip_a_call_that_no_host_starts() {
        called("a");
        request("a");
        Instant due = open("a").since().plus(TIMEOUT).plusSeconds(10);

        assertThat(next()).containsExactly(new LookAgain(open("a").newest(), due));
        assertThat(AgentDecision.next(log.state(), due, HERE))
                .singleElement()
                .isInstanceOfSatisfying(
                        Skip.class, skip -> assertThat(skip.reason()).contains("PT30S"));
        log.add(new ToolEvent.CallSkipped(2, "a", Optional.empty(), "no host"));
        log.start();
        assertThat(results()).containsExactly(new ToolResult("a", "The call was not executed: no host"));
    }

    @Test
    void should_not_count_a_skip_of_a_call_that_a_host_has_started() {
        called("a");
        run("a");
        log.add(new ToolEvent.CallSkipped(2, "a", Optional.empty(), "no host"));

        assertThat(open("a").step()).isEqualTo(OpenCall.Step.STARTED);
    }

    @Test
    void should_declare_the_outcome_unknown_if_the_host_does_not_end_a_call() {
        called("a");
        run("a");
        Instant due = open("a").since().plus(TIMEOUT).plusSeconds(10);

        assertThat(AgentDecision.next(log.state(), due.minusMillis(1), HERE))
                .containsExactly(new LookAgain(open("a").newest(), due));
        assertThat(AgentDecision.next(log.state(), due, HERE)).singleElement().isInstanceOf(DeclareUnknown.class);
    }

    @Test
    void should_keep_the_first_end_of_a_call() {
        called("a");
        run("a");
        long end = log.add(new ToolEvent.CallOutcomeUnknown(2, "a", HOST, "restart"));
        done("a", "late");

        assertThat(next()).containsExactly(new Start(end));
        log.start();
        assertThat(results())
                .singleElement()
                .satisfies(
                        result -> assertThat(result.text()).contains("unknown").endsWith("restart"));
    }

    @Test
    void should_count_the_first_start_and_its_restarts_only() {
        called("a");
        run("a");
        log.add(new ToolEvent.CallStarted(2, "a", "other"));
        assertThat(open("a").host()).contains("host");
        long again = log.add(new ToolEvent.CallStarted(2, "a", "host"));

        assertThat(open("a").newest()).isEqualTo(again);
    }

    @Test
    void should_end_all_calls_before_it_answers_a_newer_input() {
        called("called", "requested", "started", "done");
        long request = log.state().closedThrough();
        request("requested");
        run("started");
        run("done");
        done("done", "ok");
        long stop = log.user("stop");

        assertThat(next())
                .containsExactly(
                        new Skip(open("called"), "a newer message interrupted it", stop),
                        new Skip(open("requested"), "a newer message interrupted it", stop),
                        new Cancel(open("started"), "a newer message interrupted it", stop));
        log.byAgent(new ToolEvent.CallSkipped(request, "called", Optional.empty(), "new"));
        log.byAgent(new ToolEvent.CallSkipped(request, "requested", Optional.empty(), "new"));
        log.add(new ToolEvent.CallCancelled(request, "started", HOST, "new"));
        Instant due = open("started").since().plusSeconds(2);
        assertThat(next()).containsExactly(new LookAgain(open("started").newest(), due));
        assertThat(AgentDecision.next(log.state(), due, HERE)).singleElement().isInstanceOf(DeclareUnknown.class);
        long end = done("started", "just in time");
        assertThat(next()).containsExactly(new Start(end));
        log.start();
        assertThat(results())
                .extracting(ToolResult::text)
                .containsExactly(
                        "The call was not executed: new", "The call was not executed: new", "just in time", "ok");
        List<PromptPart> parts = prompt();
        assertThat(parts.get(parts.size() - 1)).isInstanceOf(PromptPart.Input.class);
    }

    @Test
    void should_stop_the_agent_while_calls_run() {
        called("a", "b");
        run("a");
        log.cancel(log.state().closedThrough());
        long stop = log.head();

        assertThat(next())
                .containsExactly(
                        new Cancel(open("a"), "the agent was stopped", stop),
                        new Skip(open("b"), "the agent was stopped", stop));
        log.byAgent(new ToolEvent.CallSkipped(2, "b", Optional.empty(), "stopped"));
        done("a", "one");
        assertThat(next()).isEmpty();
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.STOPPED);
    }

    @Test
    void should_wait_for_the_approval_of_these_arguments() {
        called("a");
        Instant expiry = Instant.parse("2026-01-02T00:00:00Z");
        ask("a", "h1", expiry, false);
        assertThat(next()).containsExactly(new LookAgain(open("a").newest(), expiry));
        assertThat(log.state().status().working()).isFalse();
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.APPROVAL);
        grant("a", "other");
        log.add(new ToolEvent.ApprovalWaived(2, "a", "h1", "host"));
        done("a", "forged");
        assertThat(open("a").step()).isEqualTo(OpenCall.Step.WAITING);
        grant("a", "h1");

        assertThat(next()).containsExactly(new Request(open("a")));
    }

    @Test
    void should_tell_the_model_of_a_denial_and_of_an_expiry() {
        called("a", "b");
        Instant expiry = now().plusSeconds(60);
        ask("a", "h1", expiry, false);
        ask("b", "h2", expiry, false);
        assertThat(AgentDecision.next(log.state(), expiry, HERE))
                .containsExactly(new Expire(open("a")), new Expire(open("b")));
        log.add(new ToolEvent.ApprovalDenied(Optional.empty(), "a", "h1", By.person("ann"), Optional.of("too much")));
        long end = log.add(new ToolEvent.ApprovalExpired(2, "b"));

        assertThat(next()).containsExactly(new Start(end));
        log.start();
        assertThat(results())
                .extracting(ToolResult::text)
                .containsExactly(
                        "The call was not executed: ann denied it: too much",
                        "The call was not executed: it was not approved in time.");
    }

    @Test
    void should_not_let_another_caller_end_a_call_that_waits() {
        called("a");
        ask("a", "h1", now().plusSeconds(60), false);
        log.add(new ToolEvent.CallSkipped(2, "a", HOST, "forged"));
        assertThat(open("a").step()).isEqualTo(OpenCall.Step.WAITING);
        log.byAgent(new ToolEvent.CallSkipped(2, "a", Optional.empty(), "a newer message interrupted it"));

        assertThat(log.state().calls().isEmpty()).isTrue();
        log.start();
        assertThat(results())
                .containsExactly(new ToolResult("a", "The call was not executed: a newer message interrupted it"));
    }

    @Test
    void should_not_count_a_grant_after_the_expiry() {
        called("a");
        ask("a", "h1", now().plusSeconds(1), false);
        grant("a", "h1");

        assertThat(open("a").step()).isEqualTo(OpenCall.Step.WAITING);
    }

    @Test
    void should_let_a_person_decide_if_no_host_says_whether_a_call_needs_an_approval() {
        called("a");
        ask("a", "h", Instant.parse("2026-01-02T00:00:00Z"), true);
        Instant due = open("a").since().plus(TIMEOUT).plusSeconds(10);

        assertThat(next()).containsExactly(new LookAgain(open("a").newest(), due));
        assertThat(AgentDecision.next(log.state(), due, HERE)).containsExactly(new AgentDecision.AskPerson(open("a")));
        log.add(new ToolEvent.ApprovalNeeded(2, "a", "h", "agent"));
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.APPROVAL);
    }

    @Test
    void should_stop_before_the_request_with_the_results() {
        called("a");
        run("a");
        done("a", "one");
        log.cancel(log.state().closedThrough());

        assertThat(next()).isEmpty();
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.STOPPED);
        long asked = log.user("go on");
        assertThat(next()).containsExactly(new Start(asked));
    }

    @Test
    void should_answer_a_message_whose_interruption_came_after_the_end_of_the_request() {
        log.user("hi");
        long request = log.start();
        long newer = log.user("and this?");
        log.complete(request);
        log.add(new AgentEvent.RequestCancelled(request, "interrupted", Optional.of(newer)));

        assertThat(next()).containsExactly(new Start(newer));
    }

    @Test
    void should_answer_no_message_from_before_a_stop() {
        called("a");
        run("a");
        log.user("wait");
        log.cancel(log.state().closedThrough());
        done("a", "one");

        assertThat(next()).isEmpty();
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.STOPPED);
    }

    @Test
    void should_end_a_turn_of_a_model_that_calls_tools_without_end() {
        offer();
        log.user("hi");
        int rounds = 0;
        while (log.state().owesReply()) {
            String id = "call" + ++rounds;
            long request = log.start();
            log.call(request, 0, id, "tool", "{}");
            log.complete(request);
            run(id);
            done(id, "again");
        }

        assertThat(rounds).isEqualTo(AgentReducer.MOST_ROUNDS);
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.FAILED);
        assertThat(log.state().status().failureClass()).contains(AgentReducer.ROUNDS);
        long retry = log.retry();
        assertThat(next()).containsExactly(new Start(retry));
    }

    @Test
    void should_let_a_host_waive_until_a_host_wants_an_approval() {
        called("a", "b");
        Instant expiry = Instant.parse("2026-01-02T00:00:00Z");
        ask("a", "h", expiry, true);
        ask("b", "h", expiry, true);
        assertThat(log.state().status().reason()).isEqualTo(AgentStatus.TOOL_CALLS);
        log.add(new ToolEvent.ApprovalWaived(2, "a", "h", "host"));
        log.add(new ToolEvent.ApprovalNeeded(2, "b", "h", "host"));
        log.add(new ToolEvent.ApprovalWaived(2, "b", "h", "other"));

        assertThat(open("a").step()).isEqualTo(OpenCall.Step.APPROVED);
        assertThat(open("b").step()).isEqualTo(OpenCall.Step.WAITING);
    }

    @Test
    void should_want_an_approval_of_changed_arguments_and_tell_the_model() {
        called("a");
        ask("a", "h1", Instant.parse("2026-01-02T00:00:00Z"), false);
        long edit = log.add(
                new ToolEvent.CallEdited(Optional.empty(), "a", JsonCodec.parse("{\"x\":1}"), "h2", By.person("ann")));
        grant("a", "h1");
        assertThat(open("a").step()).isEqualTo(OpenCall.Step.WAITING);
        grant("a", "h2");
        assertThat(open("a").step()).isEqualTo(OpenCall.Step.APPROVED);
        assertThat(open("a").edited()).isEqualTo(edit);
        run("a");
        done("a", "ok");
        log.start();

        assertThat(results())
                .singleElement()
                .isEqualTo(new ToolResult("a", "[Before the call, ann changed the arguments to {\"x\":1}]\nok"));
    }

    @Test
    void should_cut_a_long_result_between_characters() {
        called("a");
        run("a");
        done("a", "é".repeat(40_000));
        log.start();

        String text = results().get(0).text();
        assertThat(text).startsWith("éé").endsWith("[cut: the result had 80000 bytes; this is the beginning]");
        assertThat(text.indexOf('\n')).isEqualTo(32_768);
    }

    @Test
    void should_take_the_stricter_terms_and_the_first_schema_of_two_hosts() {
        log.add(new ToolEvent.ToolsOffered("one", "1", List.of(tool("x", "first", SideEffect.READ_ONLY))));
        log.add(new ToolEvent.ToolsOffered(
                "two", "2", List.of(tool("y", "y", SideEffect.ONCE), tool("x", "second", SideEffect.IDEMPOTENT))));
        assertThat(log.state().tools().terms("x").orElseThrow().effect()).isEqualTo(SideEffect.IDEMPOTENT);
        assertThat(log.conversation().tools())
                .extracting(ToolDefinition::name, tool -> tool.description().orElse(""))
                .containsExactly(tuple("x", "first"), tuple("y", "y"));
        log.add(new ToolEvent.ToolsOffered("one", "3", List.of()));

        assertThat(log.conversation().tools())
                .extracting(tool -> tool.description().orElse(""))
                .containsExactly("second", "y");
    }

    @Test
    void should_wait_a_moment_for_the_tools_of_its_hosts() {
        long asked = log.user("hi");
        Situation waiting = new Situation(false, false, false, true, false);
        Instant latest = log.state().owedSince().plus(AgentDecision.LONGEST_WAIT_FOR_TOOLS);

        assertThat(AgentDecision.next(log.state(), now(), waiting)).containsExactly(new LookAgain(asked, latest));
        assertThat(AgentDecision.next(log.state(), latest, waiting)).containsExactly(new Start(asked));
    }

    private void offer() {
        log.add(new ToolEvent.ToolsOffered("host", "hash", List.of(tool("tool", "does", SideEffect.ONCE))));
    }

    private static OfferedTool tool(String name, String description, SideEffect effect) {
        return new OfferedTool(
                name,
                Optional.of(description),
                JsonCodec.parse("{\"type\":\"object\"}"),
                Optional.of(effect),
                Optional.of(TIMEOUT),
                Optional.of(ApprovalMode.NEVER),
                Optional.empty());
    }

    private void called(String... ids) {
        offer();
        log.user("hi");
        long request = log.start();
        for (int i = 0; i < ids.length; i++) {
            log.call(request, i, ids[i], "tool", "{}");
        }
        log.complete(request);
    }

    private void request(String id) {
        log.add(new ToolEvent.CallRequested(2, id, "tool", JsonCodec.parse("{}"), "h", SideEffect.ONCE));
    }

    private void run(String id) {
        request(id);
        log.add(new ToolEvent.CallStarted(2, id, "host"));
    }

    private long done(String id, String result) {
        return log.add(new ToolEvent.CallCompleted(2, id, HOST, TextNode.valueOf(result)));
    }

    private void ask(String id, String hash, Instant expiry, boolean conditional) {
        log.add(new ToolEvent.ApprovalRequested(
                2,
                id,
                "tool",
                JsonCodec.parse("{}"),
                hash,
                "tool {}",
                expiry,
                conditional ? Optional.of(true) : Optional.empty()));
    }

    private void grant(String id, String hash) {
        log.add(new ToolEvent.ApprovalGranted(Optional.empty(), id, hash, By.person("ann")));
    }

    private OpenCall open(String id) {
        return Optional.ofNullable(log.state().calls().open().get(id)).orElseThrow();
    }

    private List<Command> next() {
        return AgentDecision.next(log.state(), now(), HERE);
    }

    private Instant now() {
        return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(log.head());
    }

    private List<PromptPart> prompt() {
        return AgentProcessor.of(new FakeModel()).prompt(log.events()).parts();
    }

    private List<ToolResult> results() {
        return prompt().stream()
                .filter(ToolResult.class::isInstance)
                .map(ToolResult.class::cast)
                .toList();
    }
}
