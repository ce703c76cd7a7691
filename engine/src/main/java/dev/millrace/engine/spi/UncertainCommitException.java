package dev.millrace.engine.spi;

/**
 * It is not known whether a proposal is stored: the commit began, and the store could not tell its result. Every other
 * exception of {@link EventStore#commit} means that nothing is stored.
 *
 * @since 0.1
 */
public final class UncertainCommitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with what the store said. */
    public UncertainCommitException(String message, Throwable cause) {
        super(message, cause);
    }
}
