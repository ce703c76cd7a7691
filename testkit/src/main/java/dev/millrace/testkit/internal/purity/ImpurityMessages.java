package dev.millrace.testkit.internal.purity;

import dev.millrace.core.Event;
import dev.millrace.testkit.internal.bytecode.ImpureCall;
import dev.millrace.testkit.internal.bytecode.ImpurityKind;
import dev.millrace.testkit.internal.state.JsonDifference;
import java.util.List;

/** The error messages for a reducer that is not pure. */
public final class ImpurityMessages {
    private static final int MOST_CALLS = 10;
    private static final String OUTSIDE =
            "take time from event.createdAt() and ids from the event, and keep everything else in the state";

    private static final String ORDER =
            "only the order differs, as it does if a HashMap or HashSet has keys whose hash code"
                    + " is their identity (enums, and classes without hashCode()), or for Set.of and Map.of: "
                    + ImpurityKind.IDENTITY.remedy()
                    + ", keep the order with LinkedHashMap, TreeMap or EnumMap, or sort";

    /** An observation and its remedy; the message has the difference between them. */
    record Problem(String observation, String remedy) {
        /** The same problem, if both states have the same parts in another order. */
        Problem ofOrder() {
            return new Problem(observation, ORDER);
        }
    }

    private final String slug;

    public ImpurityMessages(String slug) {
        this.slug = slug;
    }

    /** The name of an event in messages. */
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
                "some data of the first fold is kept outside the state, in a field of the processor or a static field");
    }

    public Problem stateChanged(Event event) {
        return notPure(event, "changed the state it was given", "return a new state and do not change the old one");
    }

    Problem eventChanged(Event event) {
        return notPure(event, "changed the event it was given", "copy what you want to change");
    }

    Problem revivedDiffers(Event event) {
        return notPure(
                event,
                "gave another state after its input state was written as JSON and read back",
                "the state has data that its JSON lacks, for example a transient or ignored field, or depends on the"
                        + " identity of an object; write the data to the JSON or remove it from the state");
    }

    Problem lossy(Event event) {
        return new Problem(
                "State of '" + slug + "' changes when it is written as JSON and read back: after " + describe(event),
                "write and read the same fields");
    }

    Problem initialStateDiffers() {
        return new Problem("initialState() of '" + slug + "' gave two different states", "use only constants in it");
    }

    Problem differsElsewhere(Event event) {
        return notPure(
                event,
                "gave another state in another JVM with " + ForkedJvm.ENVIRONMENT,
                "do not depend on these, nor on an identity hash code: that of an enum or of an object without hashCode(),"
                        + " also as a key of a HashMap or HashSet, nor on the order of Set.of or Map.of");
    }

    Problem initialStateDiffersElsewhere() {
        return new Problem(
                "initialState() of '" + slug + "' gave another state in another JVM with " + ForkedJvm.ENVIRONMENT,
                "use only constants in it");
    }

    private Problem notPure(Event event, String what, String remedy) {
        return new Problem("Reducer of '" + slug + "' is not pure: " + describe(event) + " " + what, remedy);
    }

    public AssertionError found(Problem problem, JsonDifference difference) {
        return new AssertionError(
                problem.observation() + "; first difference at " + difference + "; " + problem.remedy());
    }

    /** Two states differ, and the scan found possible causes. */
    AssertionError explained(AssertionError difference, List<ImpureCall> calls) {
        return new AssertionError(difference.getMessage() + "\nPossible causes in its code:" + list(calls), difference);
    }

    /** No state differs over this log, but the scan found impure code. */
    AssertionError impureCalls(List<ImpureCall> calls) {
        return new AssertionError("Reducer of '" + slug + "' is not pure, although no state of this log shows it:"
                + list(calls) + "\nIf this code is harmless, annotate its method with @AllowImpure(reason).");
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
                problem.observation() + "; their JSON is equal, but equals() returns false; " + problem.remedy());
    }

    public AssertionError threw(Event event, RuntimeException failure) {
        return new AssertionError(
                "Reducer of '" + slug + "' threw: " + describe(event) + "; " + failure
                        + "; a reducer that throws halts its processor, so return the same state for an event that it"
                        + " cannot use",
                failure);
    }

    public AssertionError returnedNull(Event event) {
        return new AssertionError("Reducer of '" + slug + "' returned null: " + describe(event)
                + "; return the same state for an event that changes nothing");
    }
}
