package dev.millrace.processors.agent.tool;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalDenied;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalExpired;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalNeeded;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallProgressed;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class ToolHostReducerTest {
    record Nothing() {}

    private static final Optional<String> OTHER = Optional.of("other");

    private final Tool<Nothing> find = Tool.of("find", Nothing.class, nothing -> "found");
    private final ToolHost host = ToolHost.named("shop").tool(find).build();
    private final List<Event> events = new ArrayList<>();
    private ToolHostState state = host.initialState();

    private void add(ToolEvent payload) {
        add(EventCatalog.nameOf(payload.getClass()), JsonCodec.toTree(payload));
    }

    private void add(String type, JsonNode payload) {
        long offset = events.size() + 1L;
        Event event = Event.builder()
                .path(StreamPath.of("/agents/a"))
                .offset(offset)
                .type(type)
                .payloadJson(payload)
                .createdAt(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(offset))
                .build()
                .decodedBy(host.events());
        events.add(event);
        state = host.reduce(state, event);
    }

    private void offer(String name, Tool<?>... tools) {
        add(new ToolsOffered(
                name, "hash", List.of(tools).stream().map(Tool::offer).toList()));
    }

    private void request(String callId, SideEffect effect) {
        add(new CallRequested(1, callId, "find", HostStage.json("{}"), "h", effect));
    }

    private void ask(String callId, Optional<Boolean> conditional) {
        add(new ApprovalRequested(1, callId, "find", HostStage.json("{}"), "h", "s", Instant.EPOCH, conditional));
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(host).hasAcceptedFingerprint();
    }

    @Test
    void should_be_pure_over_a_log_with_everything_in_it() {
        add("agent-input-added", HostStage.json("{}"));
        offer("shop", find.approval(nothing -> true, Duration.ofDays(1)));
        offer("other", find);
        ask("c1", Optional.of(true));
        add(new ApprovalWaived(1, "c1", "h", "shop"));
        request("c1", SideEffect.ONCE);
        add(new CallStarted(1, "c1", "shop"));
        add(new CallProgressed(1, "c1", OTHER, Optional.of("half"), Optional.empty()));
        add(new CallCancelled(1, "c1", OTHER, "why"));
        add(new CallCancelled(1, "c1", OTHER, "why"));
        add(new CallCompleted(1, "c1", OTHER, HostStage.json("1")));
        request("c2", SideEffect.READ_ONLY);
        add(new CallStarted(1, "c2", "shop"));
        add(new CallSkipped(1, "c2", OTHER, "too late"));
        add(new CallStarted(1, "c2", "other"));
        add(new CallFailed(1, "c2", OTHER, HostStage.json("1"), "e"));
        request("c3", SideEffect.IDEMPOTENT);
        add(new CallStarted(1, "c3", "other"));
        request("c4", SideEffect.ONCE);
        add(new CallOutcomeUnknown(1, "c4", OTHER, "why"));
        ask("c5", Optional.of(true));
        add(new ApprovalNeeded(1, "c5", "h", "other"));
        add(new ApprovalDenied(Optional.empty(), "c5", "x", By.person("ann"), Optional.empty()));
        add(new ApprovalGranted(Optional.empty(), "c5", "x", By.person("ann")));
        add("tool-call-started", HostStage.json("{'callId':5}"));

        assertThat(host).isPureOver(events);
        assertThat(state.approvals().open()).containsOnlyKeys("1/c5");
        add(new ApprovalExpired(1, "c5"));
        assertThat(state.approvals().open()).isEmpty();
        assertThat(state.once().open()).isEmpty();
        assertThat(state.repeatable().open()).isEmpty();
        assertThat(state.cancelled()).isEmpty();
    }

    @Test
    void should_be_readable_from_json() {
        offer("shop", find.approval(nothing -> true, Duration.ofDays(1)));
        ask("c0", Optional.of(true));
        request("c1", SideEffect.ONCE);
        add(new CallStarted(1, "c1", "shop"));
        add(new CallCancelled(1, "c1", OTHER, "why"));

        assertThat(state.cancelled()).containsExactly("1/c1");
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(state), ToolHostState.class))
                .isEqualTo(state);
    }

    @Test
    void should_leave_the_calls_that_a_fork_copied_to_the_original() {
        add(
                "https://events.iterate.com/events/stream/initialized",
                HostStage.json("{'projectSlug':'p','path':'/f','forkedFrom':{'path':'/o','offset':4}}"));
        offer("shop", find.approval(nothing -> true, Duration.ofDays(1)));
        ask("c1", Optional.of(true));
        request("c2", SideEffect.ONCE);
        assertThat(state.approvals().open()).isEmpty();
        assertThat(state.once().open()).isEmpty();
        ask("c3", Optional.of(true));
        request("c4", SideEffect.ONCE);

        assertThat(state.offer()).isPresent();
        assertThat(state.approvals().open()).containsOnlyKeys("1/c3");
        assertThat(state.once().open()).containsOnlyKeys("1/c4");
    }

    @Test
    void should_still_decide_about_a_call_that_another_caller_says_has_ended() {
        offer("shop", find.approval(nothing -> true, Duration.ofDays(1)));
        ask("c1", Optional.of(true));
        add(new CallSkipped(1, "c1", OTHER, "forged"));
        add(new CallCompleted(1, "c1", OTHER, HostStage.json("1")));

        assertThat(state.approvals().open()).containsOnlyKeys("1/c1");
    }

    @Test
    void should_not_grow_with_the_number_of_calls() {
        int small = bytesAfter(50);
        int large = bytesAfter(5_000);

        assertThat(large).isCloseTo(small, within(100));
        assertThat(large).isLessThan(1_000);
    }

    private int bytesAfter(int calls) {
        events.clear();
        state = host.initialState();
        offer("shop", find);
        for (int i = 0; i < calls; i++) {
            request("c" + i, i % 2 == 0 ? SideEffect.ONCE : SideEffect.READ_ONLY);
            add(new CallStarted(1, "c" + i, i % 3 == 0 ? "shop" : "other"));
            add(new CallCancelled(1, "c" + i, OTHER, "why"));
            add(new CallCompleted(1, "c" + i, OTHER, HostStage.json("'" + "x".repeat(100) + "'")));
        }
        request("last", SideEffect.ONCE);
        return JsonCodec.write(state).length;
    }
}
