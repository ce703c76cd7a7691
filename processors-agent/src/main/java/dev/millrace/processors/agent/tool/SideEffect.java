package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What may happen if a tool is called again with the same call. The order is from lenient to strict.
 *
 * @since 0.1
 */
public enum SideEffect {
    /** It changes nothing; a call that was interrupted runs again. */
    @JsonProperty("read-only")
    READ_ONLY,

    /** A second call with the same idempotency key changes nothing more; a call that was interrupted runs again. */
    @JsonProperty("idempotent")
    IDEMPOTENT,

    /** It must not run twice; a call that was interrupted has an unknown outcome. */
    @JsonProperty("once")
    ONCE;

    /** The stricter one. */
    public SideEffect or(SideEffect other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
