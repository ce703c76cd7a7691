package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * One instance of a JavaScript engine with the guest program in it. It has no access to anything but its {@link Host}.
 * Used by one thread at a time; whoever gets a failure throws the instance away.
 */
public interface ScriptEngine extends AutoCloseable {
    /** What the guest may call. */
    interface Host {
        /**
         * Answers one call of the guest.
         *
         * @return the answer as JSON
         * @throws Refusal for an error that the guest may catch; whatever else is thrown ends the run
         */
        JsonNode call(String operation, JsonNode arguments);
    }

    /** An error in the guest. */
    final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Refusal(String message) {
            super(message);
        }
    }

    /**
     * Lets the guest take its messages and do all that can be done now, until nothing is ready any more.
     *
     * @param most the processor time it may use
     * @param limit the limit that this is the rest of, for the message of a failure
     * @param what what is being done, for the message of a failure
     * @return the processor time it used
     * @throws ScriptException when it exceeded a limit or broke down
     */
    Duration run(Duration most, Duration limit, String what);

    /** Whether its memory has grown to the limit; what failed then failed for want of memory. */
    boolean isFull();

    /** Whether it has been used so much that a fresh one is cheaper to keep. */
    boolean isWorn();

    @Override
    void close();
}
