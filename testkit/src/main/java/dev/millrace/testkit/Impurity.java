package dev.millrace.testkit;

import dev.millrace.core.Event;

/** The words for each way in which a reducer turns out not to be pure. */
final class Impurity {
    private static final String OUTSIDE =
            "take time from event.createdAt(), ids from the event, and keep everything else" + " in the state";

    /** What was observed, and what to do about it; between the two comes the difference. */
    record Problem(String observation, String remedy) {}

    private final String slug;

    Impurity(String slug) {
        this.slug = slug;
    }

    /** An event as every message names it. */
    static String describe(Event event) {
        return event.type() + " at " + event.path() + "@" + event.offset();
    }

    Problem differs(Event event) {
        return notPure(event, "gave two different states", OUTSIDE);
    }

    Problem secondFoldDiffers(Event event) {
        return notPure(
                event,
                "gave two different states in two folds of the log",
                "something outside the state remembers the first fold: a field of the processor, or a static one");
    }

    Problem stateChanged(Event event) {
        return notPure(event, "changed the state it was given", "return a new state and leave the old one as it is");
    }

    Problem eventChanged(Event event) {
        return notPure(event, "changed the event it was given", "copy what you want to change");
    }

    Problem revivedDiffers(Event event) {
        return notPure(
                event,
                "gave another state when the one it was given had been through JSON",
                "the state hides something that its JSON does not carry, a transient or ignored field, say, or depends on"
                        + " the identity of an object; put it into the JSON or leave it out");
    }

    Problem lossy(Event event) {
        return new Problem(
                "State of '" + slug + "' does not survive JSON: after " + describe(event),
                "write and read the same fields");
    }

    Problem initialStateDiffers() {
        return new Problem("Initial state of '" + slug + "' is not the same twice", "make it of constants");
    }

    private Problem notPure(Event event, String what, String remedy) {
        return new Problem("Reducer of '" + slug + "' is not pure: " + describe(event) + " " + what, remedy);
    }

    AssertionError found(Problem problem, JsonDifference difference) {
        return new AssertionError(
                problem.observation() + "; first difference at " + difference + "; " + problem.remedy());
    }

    AssertionError unequal(Problem problem) {
        return new AssertionError(
                problem.observation() + "; their JSON is equal, but equals() says they differ; " + problem.remedy());
    }

    AssertionError threw(Event event, RuntimeException failure) {
        return new AssertionError(
                "Reducer of '" + slug + "' threw: " + describe(event) + "; " + failure
                        + "; a reducer that throws halts its processor, so return the state unchanged for an event it"
                        + " cannot use",
                failure);
    }

    AssertionError returnedNull(Event event) {
        return new AssertionError("Reducer of '" + slug + "' returned null: " + describe(event)
                + "; return the same state for an event that changes nothing");
    }
}
