package dev.millrace.core.runner;

/**
 * One call of {@code afterAppend} or {@code onCaughtUp} (each try is a call), or one background task.
 *
 * @param number unique in this JVM
 * @param kind what is called
 * @param name the type of the event, {@code on-caught-up}, or the name of the background task
 * @param offset the offset of the causing event; for {@code onCaughtUp} the newest offset in the state, 0 for none
 * @param attempt the number of the try, from 1
 * @since 0.1
 */
public record EffectCall(long number, Kind kind, String name, long offset, int attempt) {
    /** What is called. */
    public enum Kind {
        /** A processor's {@code afterAppend}. */
        AFTER_APPEND,
        /** A processor's {@code onCaughtUp}. */
        ON_CAUGHT_UP,
        /** A background task. */
        BACKGROUND_TASK
    }
}
