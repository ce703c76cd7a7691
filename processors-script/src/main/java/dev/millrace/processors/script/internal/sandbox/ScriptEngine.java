package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * An instance of a JavaScript engine with the guest program. It has access only to its {@link Host}. Use it on one
 * thread at a time, and close it after a failure.
 */
public interface ScriptEngine extends AutoCloseable {
    /** The functions that the guest can call. */
    interface Host {
        /**
         * Handles a call of the guest.
         *
         * @throws Refusal for an error that the guest can catch; every other exception ends the run
         */
        JsonNode call(String operation, JsonNode arguments);
    }

    /** An error that is thrown in the guest. */
    final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Refusal(String message) {
            super(message);
        }
    }

    /**
     * Runs the guest until it has taken all messages and no job is ready.
     *
     * @param most the processor time that is left
     * @param limit the total limit, for the message of a failure
     * @param what a description of the task, for the message of a failure
     * @return the processor time that was used
     * @throws ScriptException if a limit was exceeded or the engine failed
     */
    Duration run(Duration most, Duration limit, String what);

    /** Whether the memory has grown to the limit. A failure then means that memory was exhausted. */
    boolean isFull();

    /** Whether the engine should be replaced by a new one, because it has run often or uses much memory. */
    boolean isWorn();

    @Override
    void close();
}
