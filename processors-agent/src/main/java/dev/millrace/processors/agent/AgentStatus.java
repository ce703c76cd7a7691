package dev.millrace.processors.agent;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether an agent works, and why.
 *
 * @param working true if a reply is pending
 * @param reason working: {@link #REPLY_OWED}, {@link #MODEL_CALL}, {@link #RETRY_WAIT} or {@link
 *     #TOOL_CALLS}; idle: {@link #NO_INPUT}, {@link #ANSWERED}, {@link #APPROVAL}, {@link #FAILED} or {@link #STOPPED}
 * @param since the offset of the event that caused it; 0 before the first one
 * @param failureClass the class of the failure, if the reason is {@link #FAILED}
 * @param retryAt the time before which the provider wants no other request, if it said one
 * @since 0.1
 */
public record AgentStatus(
        boolean working,
        String reason,
        @JsonInclude(JsonInclude.Include.ALWAYS) long since,
        Optional<String> failureClass,
        Optional<Instant> retryAt) {
    /** A user waits, and no request is open. */
    public static final String REPLY_OWED = "reply-owed";

    /** A request is open. */
    public static final String MODEL_CALL = "model-call";

    /** A request is open; it failed temporarily and will be sent again. */
    public static final String RETRY_WAIT = "retry-wait";

    /** Tool calls of the newest response have not ended. */
    public static final String TOOL_CALLS = "tool-calls";

    /** Tool calls of the newest response wait for an approval, and for nothing else. */
    public static final String APPROVAL = "approval";

    /** No user has written anything. */
    public static final String NO_INPUT = "no-input";

    /** The newest input has an answer. */
    public static final String ANSWERED = "answered";

    /** The request for the newest input failed for good. */
    public static final String FAILED = "failed";

    /** A caller stopped the request for the newest input. */
    public static final String STOPPED = "stopped";

    static AgentStatus working(String reason, long since) {
        return new AgentStatus(true, reason, since, Optional.empty(), Optional.empty());
    }

    static AgentStatus idle(String reason, long since) {
        return new AgentStatus(false, reason, since, Optional.empty(), Optional.empty());
    }
}
