package dev.millrace.processors.agent.tool;

import dev.millrace.core.StreamPath;
import java.time.Instant;

/**
 * A running call, for the code of a {@link Tool}. Safe for use by many threads.
 *
 * @since 0.1
 */
public interface ToolCall {
    /** The call, unique in its stream. */
    String callId();

    /** The stream of the agent that called. */
    StreamPath path();

    /**
     * The same text each time this call runs, and another one for each other call of the project. Give it to a service
     * that takes such a key, so that the call happens once there.
     */
    String idempotencyKey();

    /** When the host stops waiting, by its clock. */
    Instant deadline();

    /**
     * Tells the readers of the log what the tool does now; the model does not see it. Returns at once. Of many reports,
     * the log gets at most four a second; the newest counts. After the end of the call it does nothing.
     */
    void progress(String message);

    /**
     * As {@link #progress(String)}.
     *
     * @param fraction how much is done, 0 to 1; a number beyond counts as the nearer of the two
     * @throws IllegalArgumentException if it is not a number
     */
    void progress(double fraction, String message);

    /**
     * Runs a short action once when the call is cancelled, reaches its deadline, or its process stops; immediately if
     * that has happened. Stop the work here: after a cancel the thread of the tool is not interrupted, and the result
     * still counts for two seconds.
     */
    void onCancel(Runnable action);

    /** Whether the call is cancelled, has reached its deadline, or its process stops. */
    boolean isCancelled();
}
