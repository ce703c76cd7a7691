package dev.millrace.processors.agent.model;

import java.util.List;

/**
 * A language model behind one address. It sends a prompt once, in the form of its provider, and reports the response
 * piece by piece. It keeps nothing between two calls, and it does not retry: the agent does. Safe for use by many
 * threads.
 *
 * @since 0.1
 */
public interface Model {
    /** The wire, and the provider, of requests that other programs answer. */
    String EXTERNAL = "external";

    /**
     * A model that other programs are. An agent with it sends nothing: it appends {@code llm-request-scheduled}, and any
     * program that may append answers with the events of a response.
     *
     * @param model the model of a request if neither the log nor the agent names one
     */
    static Model external(String model) {
        return new ExternalModel(model);
    }

    /** The name of the provider, for example {@code openai}. It is stored with each response. */
    String provider();

    /** The address of the service, without secrets. It is stored with each response. */
    String baseUrl();

    /** The model of a request if neither the log nor the agent names one. */
    String defaultModel();

    /**
     * The protocols of the service that this model can speak, as named in {@code llm-config-updated}; the first one is
     * the default. The agent refuses a configuration with another one. Empty if there is only one and it has no name; the
     * configuration then has no effect.
     */
    default List<String> wires() {
        return List.of();
    }

    /**
     * Sends one request and returns at once. The sink is called on a thread of the model, also if the request cannot be
     * sent. After two minutes without a sign of the service, the response ends with a failure: until its end, the agent
     * waits. This method throws nothing. The messages of failures are stored in the log, so they must contain no
     * secrets.
     *
     * @return cancels the request and closes its connection at once, also while the service is silent
     */
    Runnable send(Prompt prompt, ModelSink sink);
}
