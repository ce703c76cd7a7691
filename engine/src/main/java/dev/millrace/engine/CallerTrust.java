package dev.millrace.engine;

/**
 * Whether the service believes what a caller says about the origin of its events.
 *
 * @since 0.1
 */
public enum CallerTrust {
    /**
     * Provenance counts, and an event that names a processor shares idempotency keys with the processors. For code in
     * this process, and for tokens with {@link dev.millrace.core.hosting.Operation#PROCESS}.
     */
    TRUSTED,
    /** Provenance is stored as {@code metadata.millrace.claimed}, and idempotency keys are those of callers. */
    UNTRUSTED
}
