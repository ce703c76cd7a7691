package dev.millrace.processors.agent.model;

import dev.millrace.core.hosting.HostContext;

/**
 * A provider of models for hosted agents. List it in {@code META-INF/services}; the agent loads it with {@link
 * java.util.ServiceLoader}. Stateless, and safe for use by many threads.
 *
 * @since 0.1
 */
public interface ModelProvider {
    /** The name in the {@code provider} field of an agent's configuration. */
    String name();

    /**
     * Creates a model from the settings of the server. Take keys and addresses only from settings, never from events: a
     * caller that may append must not be able to redirect a key.
     *
     * @throws IllegalArgumentException if a setting is missing or wrong; the message says which, and contains no key
     */
    Model create(HostContext context);
}
