package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The state of a script, and the one before the newest event, which {@code onEvent} wants to see.
 *
 * @param before the state before the newest event
 * @param now the state
 */
record ScriptState(JsonNode before, JsonNode now) {
    static ScriptState initial(JsonNode state) {
        return new ScriptState(state, state);
    }

    ScriptState next(JsonNode state) {
        return before.equals(state) && now.equals(state) ? this : new ScriptState(now, state);
    }
}
