package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * A parser of the configuration in {@code processor-attached}. Each caller that may append can write it, so it can choose
 * a provider, but cannot set base URL or key.
 */
final class AttachedAgentConfig {
    private static final String PROVIDER = "provider";
    private static final String PROMPT = "systemPrompt";
    private static final String MODEL = "model";
    private static final String WIRE = "wire";
    private static final String TOOL_HOSTS = "toolHosts";
    private static final Set<String> FIELDS =
            Set.of(PROVIDER, PROMPT, MODEL, "reasoningEffort", "maxOutputTokens", "temperature", WIRE, TOOL_HOSTS);

    /** What a provider of models, or a program without one, can speak. */
    private static final List<String> WIRES = List.of("responses", "chat", "messages", Model.EXTERNAL);

    private AttachedAgentConfig() {}

    /** The provider that a configuration names. Throws {@link IllegalArgumentException} if a field is unknown or wrong. */
    static Optional<String> provider(JsonNode config) {
        Set<String> unknown = new TreeSet<>();
        config.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("config of 'agent' has unknown fields " + unknown + "; use "
                    + new TreeSet<>(FIELDS) + "; base URL and key belong to the settings of the server");
        }
        return text(config, PROVIDER);
    }

    /** The model if the configuration wants no provider, because other programs answer. */
    static Optional<Model> external(JsonNode config) {
        return text(config, WIRE)
                .filter(Model.EXTERNAL::equals)
                .map(wire -> Model.external(text(config, MODEL).orElse(Model.EXTERNAL)));
    }

    /** Applies the other fields. Throws {@link IllegalArgumentException} if one is wrong. */
    static void apply(JsonNode config, AgentProcessor.Builder builder) {
        text(config, PROMPT).ifPresent(builder::systemPrompt);
        LlmConfigUpdated defaults;
        try {
            defaults = JsonCodec.fromTree(config, LlmConfigUpdated.class);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("config of 'agent': " + wrong.getMessage(), wrong);
        }
        List<String> problems = problems(defaults);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "config of 'agent': " + String.join(", ", problems).replace("payload.", ""));
        }
        builder.config(defaults);
        builder.toolHosts(toolHosts(config));
    }

    private static Set<String> toolHosts(JsonNode config) {
        JsonNode names = config.path(TOOL_HOSTS);
        Set<String> hosts = new TreeSet<>();
        for (JsonNode name : names) {
            hosts.add(name.asText());
        }
        boolean areTexts = StreamSupport.stream(names.spliterator(), false).allMatch(JsonNode::isTextual);
        if (!names.isMissingNode() && (!names.isArray() || !areTexts)) {
            throw new IllegalArgumentException("config of 'agent': toolHosts must be an array of names, got " + names);
        }
        return hosts;
    }

    /** What is wrong with the values of a configuration, one line for each. */
    static List<String> problems(LlmConfigUpdated config) {
        List<String> problems = new ArrayList<>();
        if (config.model().filter(String::isBlank).isPresent()) {
            problems.add("payload.model: expected the id of a model, got a blank text");
        }
        if (config.maxOutputTokens().filter(most -> most < 1).isPresent()) {
            problems.add("payload.maxOutputTokens: expected 1 or more, got "
                    + config.maxOutputTokens().get());
        }
        if (config.temperature().filter(value -> value.signum() < 0).isPresent()) {
            problems.add("payload.temperature: expected 0 or more, got "
                    + config.temperature().get());
        }
        config.wire().filter(wire -> !WIRES.contains(wire)).ifPresent(wire -> {
            problems.add("payload.wire: expected one of " + WIRES + ", got '" + wire + "'");
        });
        return problems;
    }

    private static Optional<String> text(JsonNode config, String field) {
        JsonNode value = config.path(field);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new IllegalArgumentException("config of 'agent': " + field + " must be a text");
        }
        return Optional.ofNullable(value.textValue());
    }
}
