package dev.millrace.processors.agent.model;

import java.util.List;

/** A model that other programs are: the agent appends its requests as events and sends nothing. Immutable. */
record ExternalModel(String defaultModel) implements Model {
    @Override
    public String provider() {
        return EXTERNAL;
    }

    @Override
    public String baseUrl() {
        return "";
    }

    @Override
    public List<String> wires() {
        return List.of(EXTERNAL);
    }

    @Override
    public Runnable send(Prompt prompt, ModelSink sink) {
        sink.end(ModelFailure.of(
                FailureKind.INVALID_REQUEST,
                "the request was not sent: other programs answer this model, through llm-request-scheduled"));
        return () -> {};
    }
}
