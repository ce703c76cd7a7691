package dev.millrace.engine.spi;

/**
 * Nothing was stored, because the store has changed since the facts were looked up: a belief of a proposal is not true.
 * Decide again, from new facts.
 *
 * @since 0.1
 */
public final class StaleFactsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception; the message says what has changed. */
    public StaleFactsException(String message) {
        super(message);
    }
}
