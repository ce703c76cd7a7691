package dev.millrace.processors.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.processors.agent.model.ModelFailure;

/**
 * A parser of one response in the form of a provider. It calls a {@link dev.millrace.processors.agent.model.ModelSink},
 * and its {@code end} exactly once. Not thread-safe; the events of one response come from one thread.
 *
 * @since 0.1
 */
public interface ResponseParser {
    /**
     * Handles the next server-sent event; {@code name} is its {@code event:} field, or empty. The end mark {@code [DONE]}
     * is one too; what is returned for it does not count.
     *
     * @return false if it is no event of this provider; then nothing has happened
     */
    boolean event(String name, String data);

    /**
     * Handles a whole response of a server that does not stream.
     *
     * @return false if the JSON is no response of this provider; then nothing has happened
     */
    boolean whole(JsonNode response);

    /** The stream has ended; {@code otherwise} is the failure if the response has no end yet. */
    void eof(ModelFailure otherwise);

    /**
     * Whether the response is complete, and only details such as the usage can follow. The client waits some seconds for
     * them and then closes the connection.
     */
    default boolean isComplete() {
        return isEnded();
    }

    /** Whether the response has ended. */
    boolean isEnded();

    /** The number of server-sent events so far. */
    long events();
}
