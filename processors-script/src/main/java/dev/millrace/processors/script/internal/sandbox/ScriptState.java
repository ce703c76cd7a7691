package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;

/** The state of a script, with the state {@code before} the newest event, which {@code onEvent} receives too. */
public record ScriptState(JsonNode before, JsonNode now) {
    public static ScriptState initial(JsonNode state) {
        return new ScriptState(state, state);
    }

    public ScriptState next(JsonNode state) {
        return before.equals(state) && now.equals(state) ? this : new ScriptState(now, state);
    }
}
