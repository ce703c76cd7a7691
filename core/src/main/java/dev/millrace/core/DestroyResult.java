package dev.millrace.core;

import java.util.Map;

/**
 * What a destroy removed.
 *
 * @param finalStates the last state of every stream that was wiped, in the order in which they were wiped; empty when
 *     there was nothing to wipe
 */
public record DestroyResult(Map<StreamPath, StreamState> finalStates) {
    /** How many streams were wiped. */
    public int count() {
        return finalStates.size();
    }
}
