package dev.millrace.core.internal.run;

/** The places between two steps of a runner at which a process can die, told as they are passed. */
public interface Failpoints {
    /** One of those places. */
    enum Point {
        /** The event is in the state; its effect has not begun and is not in the lane. */
        AFTER_FOLD,
        /** The effect is in the lane, but the event does not count as handed over. */
        AFTER_SUBMIT,
        /** The effect is about to begin. */
        BEFORE_EFFECT,
        /** The effect is done, but the event is not acknowledged. */
        AFTER_EFFECT,
        /** An input is about to be sent. */
        BEFORE_APPEND,
        /** The input is stored, but whoever appended it does not know. */
        AFTER_APPEND,
        /** The backlog is folded; nobody has been told. */
        BEFORE_CAUGHT_UP,
        /** The event is acknowledged, but that is not saved. */
        BEFORE_SAVE,
        /** The acknowledgement is with the store, which may write it later. */
        AFTER_SAVE,
        /** A snapshot is about to be made. */
        BEFORE_SNAPSHOT,
        /** The snapshot is with its store. */
        AFTER_SNAPSHOT
    }

    /** Nothing happens anywhere. */
    Failpoints NONE = point -> {};

    /** The runner passes here. Must not throw: whoever wants the process to be dead takes its streams and stores away. */
    void reach(Point point);
}
