package dev.millrace.core.internal.run;

/** Test hooks: the places between two steps of a runner at which a process can die. */
public interface Failpoints {
    enum Point {
        /** The event is in the state; its effect is not in the effect queue yet. */
        AFTER_FOLD,
        /** The effect is in the effect queue; the event does not count as handed over yet. */
        AFTER_SUBMIT,
        BEFORE_EFFECT,
        /** The effect has finished; the event is not acknowledged yet. */
        AFTER_EFFECT,
        BEFORE_APPEND,
        /** The input is stored; its caller has no answer yet. */
        AFTER_APPEND,
        /** The catch-up has finished; no caller has been told yet. */
        BEFORE_CAUGHT_UP,
        /** The event is acknowledged; this is not saved yet. */
        BEFORE_SAVE,
        /** The store has the acknowledgement; it may write it later. */
        AFTER_SAVE,
        BEFORE_SNAPSHOT,
        AFTER_SNAPSHOT
    }

    Failpoints NONE = point -> {};

    /**
     * The runner passes this point. Must not throw; a test that simulates a crash disables the streams and stores
     * instead.
     */
    void reach(Point point);
}
