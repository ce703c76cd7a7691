package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent on a real engine with a fake model; the test plays the host by appending its events. */
@Timeout(60)
class ToolRoundTripTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");
    private static final String SCHEMA =
            "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":{\"type\":\"string\"}}}";

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final FakeModel model = new FakeModel();

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_send_the_tools_and_the_results_to_the_model() {
        model.calls("call_1", "find", "{\"id\":\"17\"}").says("found");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(offer(ApprovalMode.NEVER));
        append(InputAdded.user("find 17"));
        CallRequested request = once(CallRequested.class);
        append(new CallStarted(request.requestId(), request.callId(), "host"));
        append(new CallCompleted(
                request.requestId(), request.callId(), Optional.empty(), JsonCodec.parse("{\"price\":3}")));
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == 2);

        assertThat(request.arguments().toString()).isEqualTo("{\"id\":\"17\"}");
        assertThat(model.prompts.get(0).tools())
                .extracting(ToolDefinition::name)
                .containsExactly("find");
        assertThat(model.prompts.get(1).parts()).last().isEqualTo(new ToolResult("call_1", "{\"price\":3}"));
        runner.close();
    }

    @Test
    void should_answer_wrong_calls_itself() {
        model.calls("1", "unknown", "{}")
                .calls("2", "find", "{\"id\":5}")
                .calls("3", "find", "no json")
                .calls("4", "multi_tool_use.parallel", "{\"tool_uses\":[]}")
                .says("sorry");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(offer(ApprovalMode.NEVER));
        append(InputAdded.user("hi"));
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == 5);

        assertThat(all(CallFailed.class))
                .extracting(failed -> failed.result().asText())
                .containsExactly(
                        "There is no tool 'unknown'; nothing was executed. The tools are: find.",
                        "The arguments do not fit: arguments.id: expected a string, got 5",
                        "The arguments are not a JSON object.",
                        "There is no tool 'multi_tool_use.parallel'; nothing was executed. The tools are: find. To run"
                                + " several at once, call each of them directly in one response.");
        assertThat(all(CallRequested.class)).isEmpty();
        runner.close();
    }

    @Test
    void should_end_a_turn_of_endless_calls_and_answer_the_next_message() {
        for (int i = 0; i < AgentReducer.MOST_ROUNDS; i++) {
            model.calls("call" + i, "unknown", "{}");
        }
        model.says("back");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(InputAdded.user("hi"));
        await().atMost(LIMIT).until(() -> runner.state().status().failureClass().isPresent());
        append(InputAdded.user("stop it"));
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == AgentReducer.MOST_ROUNDS + 1);

        assertThat(model.prompts).hasSize(AgentReducer.MOST_ROUNDS + 1);
        runner.close();
    }

    @Test
    void should_make_the_id_of_a_call_unique_in_the_stream() {
        model.calls("1", "unknown", "{}").calls("1", "unknown", "{}").says("sorry");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(InputAdded.user("hi"));
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == 3);

        assertThat(all(CallFailed.class)).extracting(CallFailed::callId).containsExactly("1", "1_2");
        assertThat(all(ItemCompleted.class))
                .extracting(ItemCompleted::item)
                .contains(new ModelItem.ToolCall("1_2", "unknown", "{}"));
        runner.close();
    }

    @Test
    void should_run_a_call_after_its_approval_by_another_process() {
        model.calls("1", "find", "{\"id\":\"17\"}").says("found");
        ProcessorRunner<AgentState> first = start(AgentProcessor.of(model));
        append(offer(ApprovalMode.ALWAYS));
        append(InputAdded.user("find 17"));
        ApprovalRequested asked = once(ApprovalRequested.class);
        first.close();
        append(new ApprovalGranted(Optional.empty(), asked.callId(), asked.argumentsHash(), By.person("ann")));
        ProcessorRunner<AgentState> next = start(AgentProcessor.of(model));

        CallRequested request = once(CallRequested.class);
        assertThat(request.argumentsHash()).isEqualTo(asked.argumentsHash());
        assertThat(asked.summary()).isEqualTo("find {\"id\":\"17\"}");
        next.close();
    }

    @Test
    void should_tell_the_host_and_go_on_after_an_interrupt() {
        model.calls("1", "find", "{\"id\":\"17\"}").says("ok");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(offer(ApprovalMode.NEVER));
        append(InputAdded.user("find 17"));
        CallRequested request = once(CallRequested.class);
        append(new CallStarted(request.requestId(), request.callId(), "host"));
        append(InputAdded.user("never mind"));

        assertThat(once(CallCancelled.class).host()).contains("host");
        once(CallOutcomeUnknown.class);
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == 2);
        assertThat(model.prompts.get(1).parts())
                .filteredOn(ToolResult.class::isInstance)
                .hasSize(1);
        runner.close();
    }

    @Test
    void should_stop_when_a_caller_cancels_the_request_of_running_calls() {
        model.calls("1", "find", "{\"id\":\"17\"}");
        ProcessorRunner<AgentState> runner = start(AgentProcessor.of(model));
        append(offer(ApprovalMode.NEVER));
        append(InputAdded.user("find 17"));
        CallRequested request = once(CallRequested.class);
        append(new RequestCancelled(request.requestId(), "stop", Optional.empty()));
        once(ToolEvent.CallSkipped.class);
        runner.awaitIdle(LIMIT);

        assertThat(runner.state().status().reason()).isEqualTo(AgentStatus.STOPPED);
        assertThat(model.prompts).hasSize(1);
        runner.close();
    }

    @Test
    void should_wait_for_the_tools_of_a_host_before_the_first_request() {
        model.says("hi");
        ProcessorRunner<AgentState> runner =
                start(AgentProcessor.builder(model).toolHosts(Set.of("host")).build());
        append(InputAdded.user("hi"));
        append(offer(ApprovalMode.NEVER));
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == 1);

        assertThat(model.prompts.get(0).tools()).hasSize(1);
        runner.close();
    }

    private static ToolsOffered offer(ApprovalMode approval) {
        return new ToolsOffered(
                "host",
                "hash",
                List.of(new OfferedTool(
                        "find",
                        Optional.of("finds"),
                        JsonCodec.parse(SCHEMA),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(approval),
                        Optional.empty())));
    }

    private ProcessorRunner<AgentState> start(AgentProcessor agent) {
        ProcessorRunner<AgentState> runner =
                ProcessorRunner.builder(streams, agent).stream(PATH).start();
        await().atMost(LIMIT).until(() -> runner.status().phase() == RunnerStatus.Phase.LIVE);
        return runner;
    }

    private void append(Object payload) {
        streams.append(PATH, payload)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private <T> T once(Class<T> type) {
        await().atMost(LIMIT).until(() -> !all(type).isEmpty());
        assertThat(all(type)).hasSize(1);
        return all(type).get(0);
    }

    private <T> List<T> all(Class<T> type) {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
