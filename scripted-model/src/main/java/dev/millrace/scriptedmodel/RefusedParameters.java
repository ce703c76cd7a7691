package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The parameters that the model of a server does not support, in the order in which they were added. Thread-safe. */
final class RefusedParameters {
    private record Parameter(String path, String message) {}

    private final List<Parameter> refused = new CopyOnWriteArrayList<>();

    void add(String path, String message) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("a parameter must have a name, got '" + path + "'");
        }
        refused.add(new Parameter(path, message));
    }

    /** The refusal of the first of them that the body has. */
    Optional<RequestRefusal> refusal(JsonNode body) {
        return refused.stream()
                .filter(parameter -> isSet(body, parameter.path()))
                .findFirst()
                .map(parameter -> RequestRefusal.of("unsupported_parameter", parameter.path(), parameter.message()));
    }

    /** Null and an empty array or object mean the same as an absent parameter; an array has a field if an element has it. */
    private static boolean isSet(JsonNode body, String path) {
        List<JsonNode> nodes = List.of(body);
        for (String name : path.split("\\.")) {
            nodes = nodes.stream()
                    .flatMap(node -> node.isArray() ? node.valueStream() : Stream.of(node))
                    .map(node -> node.path(name))
                    .toList();
        }
        return nodes.stream().anyMatch(node -> !FieldRules.absent(node) && !(node.isContainerNode() && node.isEmpty()));
    }
}
