package dev.millrace.processors.agent.app;

/**
 * An agent gave no answer. The message says why and what to do.
 *
 * @since 0.1
 */
public final class AgentFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    AgentFailure(String code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * The kind of the failure: the class of {@code llm-request-failed} ({@code quota}, {@code auth}, ...), {@code
     * stopped}, {@code paused}, {@code halted}, {@code effect-failed}, {@code error}, {@code timeout},
     * {@code stream-ended}, {@code not-waiting} (the call of a decision waits no longer), or {@code no-message}.
     */
    public String code() {
        return code;
    }
}
