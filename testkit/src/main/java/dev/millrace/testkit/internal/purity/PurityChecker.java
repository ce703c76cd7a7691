package dev.millrace.testkit.internal.purity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.UnknownPayload;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.testkit.ProcessorAssert;
import dev.millrace.testkit.internal.bytecode.ImpureCall;
import dev.millrace.testkit.internal.bytecode.ReducerScanner;
import dev.millrace.testkit.internal.purity.ImpurityMessages.Problem;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.state.JsonOrder;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A check that reduces a log in several ways, for which a pure reducer gives the same states, and that scans the
 * bytecode. Each way finds impurities that the others miss:
 *
 * <ol>
 *   <li>call the reducer twice for every event, with a clock tick between, and compare its arguments before and after;
 *   <li>call it again for every event, at least a millisecond later, with the states of the first fold;
 *   <li>reduce the whole log again from a new initial state;
 *   <li>write the state as JSON and read it back after every event;
 *   <li>write the state as JSON and read it back once, and reduce the rest of the log from it: at every event of a log
 *       of up to 200 events, otherwise at 50 events. Beyond 50 events, only the next 20 states and the last one are
 *       compared;
 *   <li>reduce the log in a second JVM with another environment, see {@link ForkedJvm};
 *   <li>scan the bytecode of the reducer and of all code that it calls, see {@link ReducerScanner}.
 * </ol>
 */
public final class PurityChecker<S> {
    private static final int EVERY_PREFIX_UP_TO = 200;
    private static final int EVERY_STEP_UP_TO = 50;
    private static final int SAMPLED_PREFIXES = 50;
    private static final int STEPS_AFTER_PREFIX = 20;

    private final Processor<S> processor;
    private final List<Event> events;
    private final StateJsonCodec<S> json;
    private final ImpurityMessages impurity;

    /** The states of the first fold: the initial state, and the state after each event. */
    private final List<S> states = new ArrayList<>();

    private PurityChecker(Processor<S> processor, List<Event> events) {
        this.processor = processor;
        this.events = events.stream()
                .map(event -> event.decodedBy(processor.events()))
                .toList();
        this.json = new StateJsonCodec<>(processor);
        this.impurity = new ImpurityMessages(processor.slug());
    }

    /**
     * Checks the reducer and returns the last state.
     *
     * @throws AssertionError as {@link ProcessorAssert#isPureOver(RecordedLog)}
     */
    public static <S> S check(Processor<S> processor, List<Event> log) {
        ForkedJvm.prepare();
        PurityChecker<S> check = new PurityChecker<>(processor, log);
        AssertionError difference = check.difference();
        List<S> states = check.states;
        List<ImpureCall> calls = states.isEmpty()
                ? List.of()
                : ReducerScanner.of(processor, List.of(states.get(0), states.get(states.size() - 1)));
        if (difference != null) {
            throw calls.isEmpty() ? difference : check.impurity.explained(difference, calls);
        }
        if (!calls.isEmpty()) {
            throw check.impurity.impureCalls(calls);
        }
        return states.get(log.size());
    }

    private @Nullable AssertionError difference() {
        try {
            foldWithEveryCallTwice();
            awaitTick(true);
            repeatEveryCall();
            foldAgain();
            reviveAfterEveryEvent();
            reviveAtPrefixes();
            foldElsewhere();
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }

    private void foldElsewhere() {
        List<Integer> sample = ForkedJvm.sample(events.size());
        Optional<List<JsonNode>> elsewhere = ForkedJvm.fold(processor, events, sample);
        for (int i = 0; elsewhere.isPresent() && i < sample.size(); i++) {
            int folded = sample.get(i);
            Problem problem = folded == 0
                    ? impurity.initialStateDiffersElsewhere()
                    : impurity.differsElsewhere(events.get(folded - 1));
            same(
                    json.write(states.get(folded), afterFirst(folded)),
                    elsewhere.get().get(i),
                    problem);
        }
    }

    private void foldWithEveryCallTwice() {
        S state = processor.initialState();
        states.add(state);
        for (Event event : events) {
            JsonNode stateBefore = json.write(state, before(event));
            JsonNode eventBefore = snapshot(event);
            S first = reduce(state, event);
            same(stateBefore, json.write(state, before(event)), impurity.stateChanged(event));
            same(eventBefore, snapshot(event), impurity.eventChanged(event));
            awaitTick(false);
            S second = reduce(state, event);
            same(first, second, event, impurity.differs(event));
            state = first;
            states.add(state);
        }
    }

    private void repeatEveryCall() {
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            same(states.get(i + 1), reduce(states.get(i), event), event, impurity.differs(event));
        }
    }

    private void foldAgain() {
        S state = processor.initialState();
        String initially = "before the first event";
        same(json.write(states.get(0), initially), json.write(state, initially), impurity.initialStateDiffers());
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            state = reduce(state, event);
            same(states.get(i + 1), state, event, impurity.secondFoldDiffers(event));
        }
    }

    private void reviveAfterEveryEvent() {
        S revived = json.revive(states.get(0), "before the first event");
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            JsonNode expected = json.write(states.get(i + 1), after(event));
            S next = reduce(revived, event);
            same(expected, json.write(next, after(event)), impurity.revivedDiffers(event));
            revived = json.revive(next, after(event));
            same(expected, json.write(revived, after(event)), impurity.lossy(event));
        }
    }

    private void reviveAtPrefixes() {
        int size = events.size();
        boolean every = size <= EVERY_PREFIX_UP_TO;
        int prefixes = every ? size : SAMPLED_PREFIXES;
        for (int sample = 0; sample < prefixes; sample++) {
            int prefix = every ? sample : (int) ((long) sample * size / SAMPLED_PREFIXES);
            S state = json.revive(states.get(prefix), afterFirst(prefix));
            for (int i = prefix; i < size; i++) {
                Event event = events.get(i);
                state = reduce(state, event);
                if (size <= EVERY_STEP_UP_TO || i < prefix + STEPS_AFTER_PREFIX || i == size - 1) {
                    JsonNode expected = json.write(states.get(i + 1), after(event));
                    same(expected, json.write(state, after(event)), impurity.revivedDiffers(event));
                }
            }
        }
    }

    private S reduce(S state, Event event) {
        S next;
        try {
            next = processor.reduce(state, event);
        } catch (RuntimeException e) {
            throw impurity.threw(event, e);
        }
        if (next == null) {
            throw impurity.returnedNull(event);
        }
        return next;
    }

    private void same(S left, S right, Event event, Problem problem) {
        same(json.write(left, after(event)), json.write(right, after(event)), problem);
        if (definesEquality(left) && !left.equals(right)) {
            throw impurity.unequal(problem);
        }
    }

    private void same(JsonNode left, JsonNode right, Problem problem) {
        Optional<JsonDifference> difference = JsonDifference.between(left, right);
        if (difference.isPresent()) {
            throw impurity.found(
                    JsonOrder.isTheOnlyDifference(left, right) ? problem.ofOrder() : problem, difference.get());
        }
    }

    /** Whether to compare with equals too. Not for records: components such as arrays may have no useful equals. */
    private static boolean definesEquality(Object state) {
        Class<?> type = state.getClass();
        try {
            return !type.isRecord()
                    && !type.getName().startsWith("java.")
                    && type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError("every class has equals", e);
        }
    }

    private static JsonNode snapshot(Event event) {
        ArrayNode snapshot = JsonNodeFactory.instance.arrayNode();
        snapshot.add(JsonCodec.toTree(event).deepCopy());
        Object payload = event.payload();
        if (!(payload instanceof UnknownPayload) && !(payload instanceof MalformedPayload)) {
            snapshot.add(JsonCodec.toTree(payload));
        }
        return snapshot;
    }

    private String afterFirst(int count) {
        return count == 0 ? "before the first event" : after(events.get(count - 1));
    }

    private static String before(Event event) {
        return "before " + ImpurityMessages.describe(event);
    }

    private static String after(Event event) {
        return "after " + ImpurityMessages.describe(event);
    }

    /** Waits, without sleeping, until the clock has another time. */
    private static void awaitTick(boolean wholeMillisecond) {
        Instant start = Timers.system().now();
        Instant last = wholeMillisecond ? start.plusMillis(1) : start;
        for (Instant now = start;
                !now.isBefore(start) && !now.isAfter(last);
                now = Timers.system().now()) {
            Thread.onSpinWait();
        }
    }
}
