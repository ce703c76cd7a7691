package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalDenied;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalExpired;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import dev.millrace.processors.agent.tool.ToolEvent.CallEdited;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks in the log for the approval of a requested call. The tool of this process says whether a call needs one, not an
 * offer in the log: every caller that may append can replace an offer.
 *
 * <p>A grant counts under the same rules as for the agent, and only for the arguments that were shown with its hash. What
 * a fork has copied is not an approval of a call in the fork. One call per value; not thread-safe.
 */
final class ApprovalGuard {
    private static final Set<String> TYPES = Stream.of(
                    ApprovalRequested.class,
                    CallEdited.class,
                    ApprovalGranted.class,
                    ApprovalDenied.class,
                    ApprovalExpired.class,
                    ApprovalWaived.class)
            .map(EventCatalog::nameOf)
            .collect(Collectors.toUnmodifiableSet());

    private final ToolHost host;
    private final CallRequested request;
    private final long copiedThrough;
    private boolean isShown;
    private boolean isSame = true;
    private Instant expiresAt = Instant.MAX;
    private boolean isGranted;
    private boolean isWaived;

    private ApprovalGuard(ToolHost host, CallRequested request, long copiedThrough) {
        this.host = host;
        this.request = request;
        this.copiedThrough = copiedThrough;
    }

    /**
     * Whether a call may run.
     *
     * @param tool the tool of the call
     * @param requested the {@code tool-call-requested} event
     * @param condition asks the tool's condition whether the call needs an approval
     */
    static CompletionStage<Boolean> allows(
            ToolHost host,
            Tool<?> tool,
            CallRequested request,
            long requested,
            BackgroundTask<ToolHostState> task,
            Supplier<CompletableFuture<Boolean>> condition) {
        ApprovalMode mode = tool.offer().approvalOrNever();
        if (mode == ApprovalMode.NEVER) {
            return CompletableFuture.completedFuture(true);
        }
        ApprovalGuard guard = new ApprovalGuard(host, request, task.current().copiedThrough());
        long after = Math.max(0, Math.min(request.requestId(), requested - 1));
        return guard.read(after, requested, task).thenCompose(nothing -> {
            boolean isSettled =
                    guard.isSame && (guard.isGranted || (mode == ApprovalMode.CONDITIONAL && guard.isWaived));
            return isSettled || mode == ApprovalMode.ALWAYS
                    ? CompletableFuture.completedFuture(isSettled)
                    : condition.get().thenApply(isNeeded -> !isNeeded);
        });
    }

    /** Reads what lies between the request to the model and the request to the hosts. */
    private CompletionStage<Void> read(long after, long before, BackgroundTask<ToolHostState> task) {
        ReadRange range = ReadRange.builder()
                .afterOffset(after)
                .beforeOffset(before)
                .types(TYPES)
                .build();
        return task.read(range).thenCompose(events -> {
            events.forEach(this::add);
            return events.size() < Effects.PAGE
                    ? Effects.none()
                    : read(events.get(events.size() - 1).offset(), before, task);
        });
    }

    private void add(Event event) {
        if (!(event.payload() instanceof OfCall call) || !call.callId().equals(request.callId())) {
            return;
        }
        String hash = request.argumentsHash();
        if (call instanceof ApprovalRequested asked) {
            expiresAt = asked.expiresAt();
            show(asked.argumentsHash(), asked.arguments());
        } else if (call instanceof CallEdited edited) {
            show(edited.argumentsHash(), edited.arguments());
        } else if (call instanceof ApprovalGranted granted && event.offset() > copiedThrough) {
            isGranted |= isShown
                    && granted.argumentsHash().equals(hash)
                    && event.createdAt().isBefore(expiresAt);
        } else if (call instanceof ApprovalWaived waived && event.offset() > copiedThrough) {
            isWaived |= waived.argumentsHash().equals(hash)
                    && waived.host().equals(host.name())
                    && event.provenance()
                            .filter(from -> from.processor().equals(host.slug()))
                            .isPresent();
        } else if (call instanceof ApprovalExpired
                || (call instanceof ApprovalDenied denied
                        && denied.argumentsHash().equals(hash))) {
            isShown = false; // the call has ended
        }
    }

    /** The agent may add an optional argument as null, by a newer schema than the one of the approval. */
    private static JsonNode withoutNulls(JsonNode value) {
        if (value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            value.properties().stream()
                    .filter(member -> !member.getValue().isNull())
                    .forEach(member -> copy.set(member.getKey(), withoutNulls(member.getValue())));
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            value.forEach(item -> copy.add(withoutNulls(item)));
            return copy;
        }
        return value;
    }

    private void show(String hash, JsonNode arguments) {
        if (hash.equals(request.argumentsHash())) {
            isShown = true;
            isSame &= withoutNulls(arguments).equals(withoutNulls(request.arguments()));
        }
    }
}
