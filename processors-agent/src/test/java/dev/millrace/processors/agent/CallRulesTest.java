package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.OpenCall.Approval;
import dev.millrace.processors.agent.OpenCall.Step;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each event in each step of a call: who can move it. */
class CallRulesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Optional<String> HOST = Optional.of("host");
    private static final By ANN = By.person("ann");

    private static final OpenCall CALLED = OpenCall.called("a", "tool", 2, 3, NOW);
    private static final OpenCall WAITING =
            at(CALLED, Step.WAITING).awaiting(new Approval("h", NOW.plusSeconds(60), true));
    private static final List<OpenCall> CALLS = List.of(
            CALLED,
            WAITING,
            at(WAITING, Step.APPROVED),
            at(CALLED, Step.REQUESTED),
            at(CALLED, Step.STARTED).on("host"),
            at(CALLED, Step.CANCELLED).on("host"),
            at(CALLED, Step.CANCELLED));

    private static final Map<String, OfCall> EVENTS = Stream.of(
                    new ToolEvent.ApprovalRequested(
                            2, "a", "tool", JsonCodec.parse("{}"), "h", "s", NOW.plusSeconds(60), Optional.empty()),
                    new ToolEvent.ApprovalWaived(2, "a", "h", "host"),
                    new ToolEvent.ApprovalNeeded(2, "a", "h", "host"),
                    new ToolEvent.ApprovalGranted(Optional.empty(), "a", "h", ANN),
                    new ToolEvent.ApprovalDenied(Optional.empty(), "a", "h", ANN, Optional.empty()),
                    new ToolEvent.ApprovalExpired(2, "a"),
                    new ToolEvent.CallEdited(Optional.empty(), "a", JsonCodec.parse("{}"), "h2", ANN),
                    new ToolEvent.CallRequested(2, "a", "tool", JsonCodec.parse("{}"), "h", SideEffect.ONCE),
                    new ToolEvent.CallStarted(2, "a", "host"),
                    new ToolEvent.CallProgressed(2, "a", HOST, Optional.of("half"), Optional.empty()),
                    new ToolEvent.CallCancelled(2, "a", HOST, "why"),
                    new ToolEvent.CallCompleted(2, "a", HOST, TextNode.valueOf("x")),
                    new ToolEvent.CallFailed(2, "a", HOST, TextNode.valueOf("x"), "x"),
                    new ToolEvent.CallOutcomeUnknown(2, "a", HOST, "why"),
                    new ToolEvent.CallSkipped(2, "a", HOST, "why"))
            .collect(Collectors.toMap(payload -> EventCatalog.nameOf(payload.getClass()), Function.<OfCall>identity()));

    private static OpenCall at(OpenCall call, Step step) {
        return call.at(step, 5, NOW);
    }

    /** moves: it goes on; ends: it has ended; a star: only if the agent wrote the event. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // type                   | called  | waiting | approved | requested | started | stopping | not started
                "tool-approval-requested   | moves   | -       | -        | -         | -       | -        | -    ",
                "tool-approval-waived      | -       | moves   | -        | -         | -       | -        | -    ",
                "tool-approval-needed      | -       | moves   | -        | -         | -       | -        | -    ",
                "tool-approval-granted     | -       | moves   | -        | -         | -       | -        | -    ",
                "tool-approval-denied      | -       | ends    | -        | -         | -       | -        | -    ",
                "tool-approval-expired     | -       | ends    | -        | -         | -       | -        | -    ",
                "tool-call-edited          | -       | moves   | -        | -         | -       | -        | -    ",
                "tool-call-requested       | moves   | -       | moves    | -         | -       | -        | -    ",
                "tool-call-started         | -       | -       | -        | moves     | moves   | -        | -    ",
                "tool-call-progressed      | -       | -       | -        | -         | -       | -        | -    ",
                "tool-call-cancelled       | -       | -       | -        | moves     | moves   | -        | -    ",
                "tool-call-completed       | -       | -       | -        | ends      | ends    | ends     | ends ",
                "tool-call-failed          | ends*   | -       | ends*    | ends      | ends    | ends     | ends ",
                "tool-call-outcome-unknown | -       | -       | -        | ends      | ends    | ends     | ends ",
                "tool-call-skipped         | ends*   | ends*   | ends*    | ends      | -       | -        | ends "
            })
    void should_count_an_event_in_these_steps_only(
            String type, String s1, String s2, String s3, String s4, String s5, String s6, String s7) {
        List<String> steps = List.of(s1, s2, s3, s4, s5, s6, s7);
        OfCall payload = Optional.ofNullable(EVENTS.get(type)).orElseThrow();
        List<String> byAgent = new ArrayList<>();
        List<String> byOthers = new ArrayList<>();
        for (OpenCall call : CALLS) {
            byAgent.add(effect(call, payload, AgentProcessor.SLUG));
            byOthers.add(effect(call, payload, "jsonata"));
        }

        assertThat(byAgent)
                .isEqualTo(steps.stream().map(step -> step.replace("*", "")).toList());
        assertThat(byOthers)
                .isEqualTo(steps.stream()
                        .map(step -> step.endsWith("*") ? "-" : step)
                        .toList());
    }

    @Test
    void should_know_each_event_of_a_call() {
        assertThat(EVENTS.keySet())
                .containsExactlyInAnyOrderElementsOf(Stream.of(OfCall.class.getPermittedSubclasses())
                        .map(EventCatalog::nameOf)
                        .toList());
    }

    private static String effect(OpenCall call, OfCall payload, String writer) {
        OpenCalls before = OpenCalls.NONE.called(call);
        Event event = Event.builder()
                .path(StreamPath.of("/agents/a"))
                .offset(10)
                .type(EventCatalog.nameOf(payload.getClass()))
                .payloadJson(JsonCodec.toTree(payload))
                .metadata(new Provenance(writer, 1, StreamPath.of("/agents/a"), 9, 1, 0).asMetadata(Optional.empty()))
                .createdAt(NOW.plusSeconds(1))
                .build()
                .decodedBy(ToolEvent.catalog());
        OpenCalls after = before.after(event, payload, ToolOffers.NONE);
        if (after.equals(before)) {
            return "-";
        }
        return after.isEmpty() ? "ends" : "moves";
    }
}
