package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A tool that a model may call.
 *
 * @param name 1 to 64 characters of {@code A-Z a-z 0-9 _ -}
 * @param description what it does
 * @param parameters the JSON schema of its arguments, an object; it goes to the model as it is
 * @since 0.1
 */
public record ToolDefinition(String name, Optional<String> description, JsonNode parameters) {
    /**
     * Whether a provider may be asked to keep to the schema strictly: each object in it allows no other properties and
     * requires all of its own, and no keyword is used that providers refuse in this mode.
     */
    public boolean isStrict() {
        return StrictSchema.qualifies(parameters);
    }

    /**
     * Its name among {@link Prompt#unsupported()}, if a service refuses a request because of this tool: {@code
     * tools.find#1a2b3c4d}. It changes with the schema, so a corrected tool is offered again.
     */
    public String refusalName() {
        return String.format("tools.%s#%08x", name, parameters.toString().hashCode());
    }
}
