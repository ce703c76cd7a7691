package dev.millrace.core.runner;

/**
 * One call of something that may have effects: each try of an {@code afterAppend} or {@code onCaughtUp}, and each attempt.
 *
 * @param number tells it apart from every other call in this JVM
 * @param kind what is called
 * @param name the type of the event, {@code on-caught-up}, or the name of the attempt
 * @param offset the event that is the reason; for {@code onCaughtUp} the newest event in the state, 0 for none
 * @param attempt which try it is, from 1
 */
public record EffectCall(long number, Kind kind, String name, long offset, int attempt) {
    /** What is called. */
    public enum Kind {
        /** A processor's {@code afterAppend}. */
        AFTER_APPEND,
        /** A processor's {@code onCaughtUp}. */
        ON_CAUGHT_UP,
        /** Work that was launched. */
        ATTEMPT
    }
}
