package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Whether a call of a tool waits for an approval. The order is from lenient to strict.
 *
 * @since 0.1
 */
public enum ApprovalMode {
    /** No call waits. */
    @JsonProperty("never")
    NEVER,

    /** The host decides for each call. */
    @JsonProperty("conditional")
    CONDITIONAL,

    /** Each call waits. */
    @JsonProperty("always")
    ALWAYS;

    /** The stricter one. */
    public ApprovalMode or(ApprovalMode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
