package dev.millrace.processors.agent.tool;

/**
 * Thrown by the code of a {@link Tool} if it cannot know whether its work was done, for example because the connection
 * broke after the request. The call of a {@link Tool#once} tool then ends with {@code tool-call-outcome-unknown}; a call
 * of another tool has failed.
 *
 * @since 0.1
 */
public final class OutcomeUnknownException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * An unknown outcome.
     *
     * @param reason what happened; the model and people read it
     */
    public OutcomeUnknownException(String reason) {
        super(reason);
    }

    /** As the other constructor, with the cause for the log of the process. */
    public OutcomeUnknownException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
