package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Obligation;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalNeeded;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Says for each call of a tool with a condition whether it needs an approval. */
final class ApprovalDecisions {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.agent.tool");

    private final ToolHost host;

    /** The answers of conditions; a condition is asked once, also if its answer is not in the log yet. */
    private final CallTable<CompletableFuture<Boolean>> needed = new CallTable<>();

    ApprovalDecisions(ToolHost host) {
        this.host = host;
    }

    /** Decides what is undecided; may be called again at any time. */
    void pursue(ToolHostState state, Effects<ToolHostState> effects) {
        StreamPath path = effects.path();
        for (Obligation duty : state.approvals().notStarted()) {
            effects.launch(
                    "approval/" + duty.id(),
                    Effects.because(duty.requestedAt()),
                    task -> task.read(CallAttempt.exactly(duty.requestedAt()))
                            .thenCompose(events -> events.stream()
                                    .findFirst()
                                    .map(event -> decide(duty, path, event, task))
                                    .orElseGet(Effects::none)));
        }
    }

    /** Forgets the answers that are in the log, or that are not needed any more. */
    void forget(ToolHostState state, StreamPath path) {
        needed.take(path, id -> !state.approvals().isOpen(id));
    }

    private CompletionStage<Void> decide(
            Obligation duty, StreamPath path, Event event, BackgroundTask<ToolHostState> task) {
        if (!(event.payload() instanceof ApprovalRequested asked)) {
            return Effects.none();
        }
        return needed.getOrMake(path, duty, () -> isNeeded(asked, path)).thenCompose(isNeeded -> {
            String hash = asked.argumentsHash();
            ToolEvent decision = isNeeded
                    ? new ApprovalNeeded(asked.requestId(), asked.callId(), hash, host.name())
                    : new ApprovalWaived(asked.requestId(), asked.callId(), hash, host.name());
            EventInput keyed = EventInput.builder()
                    .from(EventInput.of(decision))
                    .idempotencyKey("tool-approval@" + path + ":" + duty.requestedAt() + "/" + host.name())
                    .build();
            return Effects.done(task.append(EventDraft.of(keyed)));
        });
    }

    private CompletableFuture<Boolean> isNeeded(ApprovalRequested asked, StreamPath path) {
        return host.tool(asked.name())
                .thenCompose(known -> known.map(tool -> isNeeded(tool, asked.arguments(), asked.callId(), path))
                        .orElseGet(() -> CompletableFuture.completedFuture(true)));
    }

    /** Asks the condition of a tool, on a thread of the host. */
    CompletableFuture<Boolean> isNeeded(Tool<?> tool, JsonNode arguments, String callId, StreamPath path) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Timers.Timer limit = host.timers()
                .after(tool.offer().timeoutOrDefault(), () -> host.executor().execute(() -> answer.complete(true)));
        host.executor().execute(() -> {
            boolean isNeeded = true;
            try {
                isNeeded = tool.needsApproval(arguments);
            } catch (Tool.BadArguments notRunnable) {
                // They cannot run; a person may edit them.
            } catch (Throwable thrown) { // also an Error, such as a missing class
                LOG.log(
                        Level.WARNING,
                        "the condition of " + tool + " threw for call " + callId + " on " + path
                                + "; the call needs an approval",
                        thrown);
            }
            limit.cancel();
            answer.complete(isNeeded);
        });
        return answer;
    }
}
