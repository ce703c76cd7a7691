package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The events of tools and their calls. A host offers tools, starts calls and ends them; the agent requests calls and ends
 * those that no host starts or ends in time; people approve.
 *
 * <p>A call is named by its {@code callId}, which is unique in the stream. It ends with the first of {@link
 * CallCompleted}, {@link CallFailed}, {@link CallSkipped}, {@link CallOutcomeUnknown}, {@link ApprovalDenied} and {@link
 * ApprovalExpired}; later events about it are ignored. Hashes are opaque: only their writer knows how they are computed.
 *
 * @since 0.1
 */
public sealed interface ToolEvent {
    /** The catalog of these events. */
    static EventCatalog catalog() {
        return EventCatalog.of(ToolEvent.class);
    }

    /** An event about one call. */
    sealed interface OfCall extends ToolEvent {
        /** The call. */
        String callId();
    }

    /**
     * The tools of a host. It replaces the earlier offer of this host; an empty list withdraws it.
     *
     * @param host the name of the host, unique among the hosts of the stream
     * @param toolsHash a hash of the tools, by which the host knows its own offer
     * @param tools the tools, each name once, at most {@value #MOST}
     */
    @EventName("tools-offered")
    record ToolsOffered(String host, String toolsHash, List<OfferedTool> tools) implements ToolEvent {
        /** The highest number of tools in one offer. */
        public static final int MOST = 128;

        /**
         * Checks and copies the list.
         *
         * @throws IllegalArgumentException if there are too many, or two have the same name
         */
        public ToolsOffered {
            tools = List.copyOf(tools);
            if (tools.size() > MOST) {
                throw new IllegalArgumentException("tools must have at most " + MOST + " tools, got " + tools.size());
            }
            if (tools.stream().map(OfferedTool::name).distinct().count() < tools.size()) {
                throw new IllegalArgumentException("tools must have each name once");
            }
        }
    }

    /**
     * The agent wants a call to run; a host that offers the tool may start it.
     *
     * @param requestId the request whose response has the call
     * @param callId the call
     * @param name the tool
     * @param arguments the arguments, an object
     * @param argumentsHash a hash of the arguments
     * @param effect the strictest effect of all offers of the tool
     */
    @EventName("tool-call-requested")
    record CallRequested(
            long requestId, String callId, String name, JsonNode arguments, String argumentsHash, SideEffect effect)
            implements OfCall {
        /** Checks the arguments. */
        public CallRequested {
            requireObject(arguments);
        }
    }

    /**
     * A host starts a call. If several hosts do, the event with the lowest offset counts. A host sends the key {@code
     * tool-call-started@<path>:<callId>}, so that the second one gets the event of the first one, also if the call is
     * requested again.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host that runs it
     */
    @EventName("tool-call-started")
    record CallStarted(long requestId, String callId, String host) implements OfCall {}

    /**
     * Progress of a running call, for readers of the log; the model does not see it.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host
     * @param message what it does now
     * @param fraction how much is done, 0 to 1
     */
    @EventName("tool-call-progressed")
    record CallProgressed(
            long requestId,
            String callId,
            Optional<String> host,
            Optional<String> message,
            Optional<BigDecimal> fraction)
            implements OfCall {}

    /**
     * A call ended well.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host
     * @param result the result for the model: a text as it is, another value as JSON
     */
    @EventName("tool-call-completed")
    record CallCompleted(long requestId, String callId, Optional<String> host, JsonNode result) implements OfCall {}

    /**
     * A call ended with an error, which the model sees.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host; empty if the agent refused the call
     * @param result the result for the model, as in {@link CallCompleted}
     * @param error what went wrong, for readers of the log
     */
    @EventName("tool-call-failed")
    record CallFailed(long requestId, String callId, Optional<String> host, JsonNode result, String error)
            implements OfCall {}

    /**
     * A call was not started and will not be.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host, if a host skipped it
     * @param reason why; the model sees it
     */
    @EventName("tool-call-skipped")
    record CallSkipped(long requestId, String callId, Optional<String> host, String reason) implements OfCall {}

    /**
     * A call was started, and it is unknown whether it was done.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host, if a host appended this
     * @param reason why; the model sees it
     */
    @EventName("tool-call-outcome-unknown")
    record CallOutcomeUnknown(long requestId, String callId, Optional<String> host, String reason) implements OfCall {}

    /**
     * Tells the host of a running call to stop. The call ends with another event: its result, if the host appends one
     * within two seconds.
     *
     * @param requestId the request
     * @param callId the call
     * @param host the host
     * @param reason why
     */
    @EventName("tool-call-cancelled")
    record CallCancelled(long requestId, String callId, Optional<String> host, String reason) implements OfCall {}

    /**
     * A call waits for an approval.
     *
     * @param requestId the request
     * @param callId the call
     * @param name the tool
     * @param arguments the arguments, an object
     * @param argumentsHash a hash of the arguments; an approval names it
     * @param summary one line for the person who decides
     * @param expiresAt the time from which it is not approved any more
     * @param conditional true if a host may waive the approval
     */
    @EventName("tool-approval-requested")
    record ApprovalRequested(
            long requestId,
            String callId,
            String name,
            JsonNode arguments,
            String argumentsHash,
            String summary,
            Instant expiresAt,
            Optional<Boolean> conditional)
            implements OfCall {
        private static final int LONGEST_SUMMARY = 200;

        /** Checks the arguments. */
        public ApprovalRequested {
            requireObject(arguments);
        }

        /** The line about a call of a tool with these arguments: name and JSON, at most 200 characters. */
        public static String summaryOf(String name, JsonNode arguments) {
            String text = name + " " + arguments;
            return text.length() <= LONGEST_SUMMARY ? text : text.substring(0, LONGEST_SUMMARY - 1) + "…";
        }
    }

    /**
     * A host decided that a call needs no approval.
     *
     * @param requestId the request
     * @param callId the call
     * @param argumentsHash the hash that was asked about
     * @param host the host
     */
    @EventName("tool-approval-waived")
    record ApprovalWaived(long requestId, String callId, String argumentsHash, String host) implements OfCall {}

    /**
     * A host decided that a call needs an approval.
     *
     * @param requestId the request
     * @param callId the call
     * @param argumentsHash the hash that was asked about
     * @param host the host
     */
    @EventName("tool-approval-needed")
    record ApprovalNeeded(long requestId, String callId, String argumentsHash, String host) implements OfCall {}

    /**
     * A call is approved.
     *
     * @param requestId the request
     * @param callId the call
     * @param argumentsHash the hash of the arguments that are approved; another one approves nothing
     * @param by who approved
     */
    @EventName("tool-approval-granted")
    record ApprovalGranted(Optional<Long> requestId, String callId, String argumentsHash, By by) implements OfCall {}

    /**
     * A call is refused, which ends it.
     *
     * @param requestId the request
     * @param callId the call
     * @param argumentsHash the hash of the arguments that are refused; another one refuses nothing
     * @param by who refused
     * @param reason why; the model sees it
     */
    @EventName("tool-approval-denied")
    record ApprovalDenied(Optional<Long> requestId, String callId, String argumentsHash, By by, Optional<String> reason)
            implements OfCall {}

    /**
     * There was no decision in time, which ends the call.
     *
     * @param requestId the request
     * @param callId the call
     */
    @EventName("tool-approval-expired")
    record ApprovalExpired(long requestId, String callId) implements OfCall {}

    /**
     * Changes the arguments of a call that waits for an approval; the model sees it. The approval must name the new hash.
     *
     * @param requestId the request
     * @param callId the call
     * @param arguments the new arguments, an object
     * @param argumentsHash a hash of them, computed by the writer of this event
     * @param by who changed them
     */
    @EventName("tool-call-edited")
    record CallEdited(Optional<Long> requestId, String callId, JsonNode arguments, String argumentsHash, By by)
            implements OfCall {
        /** Checks the arguments. */
        public CallEdited {
            requireObject(arguments);
        }
    }

    private static void requireObject(JsonNode arguments) {
        if (!arguments.isObject()) {
            throw new IllegalArgumentException("arguments must be an object, got "
                    + arguments.getNodeType().name().toLowerCase(Locale.ROOT));
        }
    }
}
