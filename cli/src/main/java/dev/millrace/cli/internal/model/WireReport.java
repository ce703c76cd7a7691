package dev.millrace.cli.internal.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ModelFailure;
import java.util.List;
import java.util.Optional;

/**
 * What was found out about a wire. Immutable.
 *
 * @param refused the parameters that the server refuses, named as in {@code llm-capability-learned}
 * @param message what is not known, or why the wire does not work; may be empty
 * @param failure the failure because of which the wire does not work
 */
record WireReport(String wire, List<String> refused, String message, Optional<ModelFailure> failure) {
    /** As wide as the longest name of a wire. */
    private static final int NAME_WIDTH = 9;

    boolean works() {
        return failure.isEmpty();
    }

    /** The line for a person. */
    String line() {
        String line = String.format("%-" + NAME_WIDTH + "s  ", wire) + (works() ? "works" : "does not work");
        if (!refused.isEmpty()) {
            line += "; refuses " + String.join(", ", refused);
        }
        return message.isEmpty() ? line : line + (works() ? "; " : ": ") + message;
    }

    /** The entry of an event. */
    ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("wire", wire).put("works", works());
        refused.forEach(json.putArray("refused")::add);
        return json.put("message", message);
    }
}
