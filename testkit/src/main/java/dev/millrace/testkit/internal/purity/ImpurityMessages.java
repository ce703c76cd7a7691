package dev.millrace.testkit.internal.purity;

import dev.millrace.core.Event;
import dev.millrace.testkit.internal.bytecode.ImpureCall;
import dev.millrace.testkit.internal.state.JsonDifference;
import java.util.List;

/** The words for each way in which a reducer turns out not to be pure. */
public final class ImpurityMessages {
    private static final int MOST_CALLS = 10;
    private static final String OUTSIDE =
            "take time from event.createdAt(), ids from the event, and keep everything else" + " in the state";

    /** What was observed, and what to do about it; between the two comes the difference. */
    record Problem(String observation, String remedy) {}

    private final String slug;

    public ImpurityMessages(String slug) {
        this.slug = slug;
    }

    /** An event as every message names it. */
    public static String describe(Event event) {
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

    public Problem stateChanged(Event event) {
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

    Problem differsElsewhere(Event event) {
        return notPure(
                event,
                "gave another state in another JVM with " + ForkedJvm.ENVIRONMENT,
                "depend on none of these, nor on the order of a Set, a Map or a HashMap of enums that has none of its own");
    }

    Problem initialStateDiffersElsewhere() {
        return new Problem(
                "Initial state of '" + slug + "' is another one in another JVM with " + ForkedJvm.ENVIRONMENT,
                "make it of constants");
    }

    private Problem notPure(Event event, String what, String remedy) {
        return new Problem("Reducer of '" + slug + "' is not pure: " + describe(event) + " " + what, remedy);
    }

    public AssertionError found(Problem problem, JsonDifference difference) {
        return new AssertionError(
                problem.observation() + "; first difference at " + difference + "; " + problem.remedy());
    }

    /** Two states differ, and the code shows why. */
    AssertionError explained(AssertionError difference, List<ImpureCall> calls) {
        return new AssertionError(
                difference.getMessage() + "\nIts code says where that may come from:" + list(calls), difference);
    }

    /** Nothing differs over this log, but the code does what a reducer must not. */
    AssertionError impureCalls(List<ImpureCall> calls) {
        return new AssertionError("Reducer of '" + slug + "' is not pure, although no state of this log shows it:"
                + list(calls) + "\nWhat does no harm for a reason you know is excepted with @AllowImpure(reason).");
    }

    private static String list(List<ImpureCall> calls) {
        StringBuilder list = new StringBuilder();
        calls.stream().limit(MOST_CALLS).forEach(call -> list.append("\n- ").append(call.inWords()));
        if (calls.size() > MOST_CALLS) {
            list.append("\n- and ").append(calls.size() - MOST_CALLS).append(" more");
        }
        return list.toString();
    }

    AssertionError unequal(Problem problem) {
        return new AssertionError(
                problem.observation() + "; their JSON is equal, but equals() says they differ; " + problem.remedy());
    }

    public AssertionError threw(Event event, RuntimeException failure) {
        return new AssertionError(
                "Reducer of '" + slug + "' threw: " + describe(event) + "; " + failure
                        + "; a reducer that throws halts its processor, so return the state unchanged for an event it"
                        + " cannot use",
                failure);
    }

    public AssertionError returnedNull(Event event) {
        return new AssertionError("Reducer of '" + slug + "' returned null: " + describe(event)
                + "; return the same state for an event that changes nothing");
    }
}
