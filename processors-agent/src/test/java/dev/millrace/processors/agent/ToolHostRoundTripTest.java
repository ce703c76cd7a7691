package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalNeeded;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent and a tool host on a real engine with a fake model: what they say to each other through the log. */
@Timeout(60)
class ToolHostRoundTripTest {
    record Refund(String id, BigDecimal amount, Optional<String> note) {}

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final FakeModel model = new FakeModel();
    private final Tool<Refund> refund = Tool.of("refund", Refund.class, refund -> "paid " + refund.amount())
            .approval(refund -> refund.amount().compareTo(BigDecimal.TEN) > 0, Duration.ofDays(2));
    private final ToolHost host = ToolHost.of(refund);
    private final ProcessorRunner<ToolHostState> hosting =
            ProcessorRunner.builder(streams, host).stream(PATH).start();
    private final ProcessorRunner<AgentState> talking =
            ProcessorRunner.builder(
                            streams,
                            AgentProcessor.builder(model)
                                    .toolHosts(Set.of(host.name()))
                                    .build())
                    .stream(PATH)
                    .start();

    @BeforeEach
    void catchUp() {
        hosting.awaitCaughtUp(LIMIT);
        talking.awaitCaughtUp(LIMIT);
    }

    @AfterEach
    void stop() {
        talking.close();
        hosting.close();
        engine.close();
    }

    @Test
    void should_run_a_call_whose_approval_is_waived() {
        model.calls("call_1", "refund", "{\"id\":\"17\",\"amount\":5,\"note\":null}")
                .says("done");
        append(InputAdded.user("refund 17"));
        awaitRequests(2);

        assertThat(model.prompts.get(0).tools())
                .singleElement()
                .satisfies(tool -> assertThat(tool.isStrict()).isTrue());
        assertThat(model.prompts.get(1).parts()).last().isEqualTo(new ToolResult("call_1", "paid 5"));
        assertThat(all(ApprovalWaived.class)).hasSize(1);
    }

    @Test
    void should_run_a_call_after_its_approval() {
        model.calls("call_1", "refund", "{\"id\":\"17\",\"amount\":50,\"note\":\"late\"}")
                .says("done");
        append(InputAdded.user("refund 17"));
        await().atMost(LIMIT).until(() -> !all(ApprovalNeeded.class).isEmpty());
        ApprovalRequested asked = all(ApprovalRequested.class).get(0);
        append(new ApprovalGranted(
                Optional.of(asked.requestId()), asked.callId(), asked.argumentsHash(), By.person("ann")));
        awaitRequests(2);

        assertThat(model.prompts.get(1).parts()).last().isEqualTo(new ToolResult("call_1", "paid 50"));
    }

    private void awaitRequests(int count) {
        await().atMost(LIMIT).until(() -> all(RequestCompleted.class).size() == count);
    }

    private void append(Object payload) {
        streams.append(PATH.value(), payload)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
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
