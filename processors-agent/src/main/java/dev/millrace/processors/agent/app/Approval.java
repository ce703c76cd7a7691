package dev.millrace.processors.agent.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A tool call that waits for a decision.
 *
 * @param callId the call
 * @param requestId the request whose response has the call
 * @param name the tool
 * @param arguments the arguments, an object; as they were changed, if they were
 * @param argumentsHash the hash of these arguments; a decision counts only for them
 * @param summary one line for the person who decides: the tool and these arguments
 * @param expiresAt the time from which it is not given any more
 * @since 0.1
 */
public record Approval(
        String callId,
        long requestId,
        String name,
        JsonNode arguments,
        String argumentsHash,
        String summary,
        Instant expiresAt) {}
