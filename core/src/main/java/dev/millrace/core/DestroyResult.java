package dev.millrace.core;

import java.util.Map;

/**
 * The result of a destroy.
 *
 * @param finalStates the last state of each destroyed stream, in the order of their destruction; empty if there was
 *     none
 * @since 0.1
 */
public record DestroyResult(Map<StreamPath, StreamState> finalStates) {
    /** The number of destroyed streams. */
    public int count() {
        return finalStates.size();
    }
}
