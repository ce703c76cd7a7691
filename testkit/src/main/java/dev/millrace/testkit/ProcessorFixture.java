package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A test of one processor: given a log, when events come, then it did this.
 *
 * <pre>{@code
 * ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
 *         .givenLog("logs/two-turns.yaml")
 *         .when(new UserSaid("ping"))
 *         .thenAppended(new AssistantSaid("pong"))
 *         .thenState(state -> assertThat(state.history()).hasSize(6));
 * }</pre>
 *
 * <p>The given part is history: it is folded, and no effect comes of it, except what {@link Processor#onCaughtUp} finds
 * owed. Everything after it is live, through the real runner and the real engine: each event is appended, folded and
 * acted upon, and the next one comes when the processor is at rest. The first {@code then} plays the whole script; after
 * it nothing more can be given. The reducer is checked for purity over the whole log, unasked; {@link PurityExtension}
 * puts that off to the end of the test.
 *
 * <p>Times in the log are the same in every run: a step comes a second after what was before it, and the processor's
 * answers come at once. Effects that fail are retried within milliseconds. Not safe for use by many threads.
 *
 * @param <S> the processor's state
 */
public final class ProcessorFixture<S> {
    private static final int LONGEST_SNIPPET = 20;

    private final Processor<S> subject;
    private final List<Event> given = new ArrayList<>();
    private final List<Script.Step> steps = new ArrayList<>();
    private Processor<S> processor;
    private @Nullable StreamPath path;
    private Duration bound = Duration.ofSeconds(10);
    private boolean purityChecked = true;
    private boolean attemptsLeftOpen;
    private final Launches launches = new Launches();
    private @Nullable Outcome<S> outcome;
    private boolean haltExpected;

    private ProcessorFixture(Processor<S> subject) {
        this.subject = subject;
        this.processor = subject;
    }

    /** A fixture for this processor, on {@code /test} unless a log says otherwise. */
    public static <S> ProcessorFixture<S> of(Processor<S> processor) {
        ProcessorFixture<S> fixture = new ProcessorFixture<>(processor);
        FixtureWatch.made(fixture);
        return fixture;
    }

    /**
     * The stream that the processor runs on.
     *
     * @param newPath as {@link StreamPath#of(String)} reads it
     * @throws IllegalStateException when there is history on another one already
     */
    public ProcessorFixture<S> on(String newPath) {
        editing();
        useStream(StreamPath.of(newPath));
        return this;
    }

    /**
     * History from a log on the class path.
     *
     * @param resource {@code logs/two-turns.yaml} say
     */
    public ProcessorFixture<S> givenLog(String resource) {
        return givenLog(RecordedLog.readResource(resource));
    }

    /**
     * History from a log, all of it on one stream; after what was given before.
     *
     * @throws IllegalStateException when it is on another stream than what was given before
     * @throws IllegalArgumentException when its offsets do not come after what was given before
     */
    public ProcessorFixture<S> givenLog(RecordedLog log) {
        editing();
        for (Event event : log.events()) {
            useStream(event.path());
            if (!given.isEmpty()
                    && event.offset() <= given.get(given.size() - 1).offset()) {
                throw new IllegalArgumentException("history must ascend: " + Impurity.describe(event) + " of "
                        + log.source() + " does not come after offset "
                        + given.get(given.size() - 1).offset() + "; leave the offsets of one log out");
            }
            given.add(event);
        }
        return this;
    }

    /**
     * History of these payloads: at the next offsets, a second apart.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     */
    public ProcessorFixture<S> givenEvents(Object... payloads) {
        editing();
        HandWriting writing = new HandWriting(stream());
        if (!given.isEmpty()) {
            writing.after(given.get(given.size() - 1));
        }
        Arrays.stream(payloads).map(writing::next).forEach(given::add);
        useStream(stream());
        return this;
    }

    /** The state to begin with, instead of the processor's initial one. */
    public ProcessorFixture<S> given(S state) {
        editing();
        processor = new Seeded<>(subject, state);
        return this;
    }

    /** How long the processor may take to come to rest each time; ten seconds unless said otherwise. */
    public ProcessorFixture<S> within(Duration newBound) {
        editing();
        bound = newBound;
        return this;
    }

    /**
     * Attempts need not end: what a step leaves open, a model's answer that never comes say, stays open while the next one
     * comes. Nothing is waited for, so whatever the processor talks to has to answer at once or not at all.
     */
    public ProcessorFixture<S> leavingAttemptsOpen() {
        editing();
        attemptsLeftOpen = true;
        return this;
    }

    /**
     * Does not check whether the reducer is pure; {@link WithoutPurityCheck} says so for a whole test.
     *
     * @param reason for whoever reads the test, not blank
     */
    public ProcessorFixture<S> withoutPurityCheck(String reason) {
        editing();
        if (reason.isBlank()) {
            throw new IllegalArgumentException("say why the reducer need not be pure");
        }
        purityChecked = false;
        return this;
    }

    /**
     * These events come, one after the other, all at the same time, a second after what was before.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     */
    public ProcessorFixture<S> when(Object... payloads) {
        return whenAfter(HandWriting.STEP, payloads);
    }

    /**
     * These events come, one after the other, all at the same time.
     *
     * @param elapsed how long after what was before, not negative
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     */
    public ProcessorFixture<S> whenAfter(Duration elapsed, Object... payloads) {
        editing();
        if (elapsed.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards, got " + elapsed);
        }
        steps.add(new Script.Step(elapsed, inputs(payloads)));
        return this;
    }

    /**
     * The processor appended exactly these events to its own stream, in this order.
     *
     * @throws AssertionError showing both lists and the log
     */
    public ProcessorFixture<S> thenAppended(Object... payloads) {
        return compare(stream(), payloads, EventComparison::inOrder);
    }

    /**
     * The processor appended exactly these events to its own stream, in whatever order.
     *
     * @throws AssertionError showing both lists and the log
     */
    public ProcessorFixture<S> thenAppendedInAnyOrder(Object... payloads) {
        return compare(stream(), payloads, EventComparison::inAnyOrder);
    }

    /**
     * The processor appended exactly these events to another stream, in this order.
     *
     * @param target as {@link StreamPath#of(String)} reads it
     * @throws AssertionError showing both lists and the log
     */
    public ProcessorFixture<S> thenAppendedTo(String target, Object... payloads) {
        return compare(StreamPath.of(target), payloads, EventComparison::inOrder);
    }

    /**
     * The processor appended exactly as many events to its own stream, and each is, in this order, as its predicate says.
     * For what a test cannot know, an identifier say; payloads are decoded.
     *
     * @throws AssertionError naming the first event that is not
     */
    @SafeVarargs
    public final ProcessorFixture<S> thenAppendedMatching(Predicate<? super Event>... predicates) {
        List<Predicate<? super Event>> wanted = new ArrayList<>();
        for (Predicate<? super Event> predicate : predicates) {
            wanted.add(predicate);
        }
        List<Event> appended = completed().appendedTo(stream()).stream()
                .map(event -> event.decodedBy(subject.events()))
                .toList();
        EventComparison.matching(wanted, appended).ifPresent(problem -> fail(stream(), problem));
        return this;
    }

    /**
     * The processor appended nothing, to no stream, and launched nothing.
     *
     * @throws AssertionError showing what it did
     */
    public ProcessorFixture<S> thenNoEffects() {
        return thenNothingAppended().thenLaunched();
    }

    /**
     * The processor launched exactly these attempts, in this order; asked again for the same reason it launched nothing.
     * What waits for its time counts as well.
     *
     * @throws AssertionError when they are others
     */
    public ProcessorFixture<S> thenLaunched(String... names) {
        completed();
        return compareNames("launched", List.of(names), launches.launched());
    }

    /**
     * Exactly these attempts were cancelled, or superseded by one for a newer reason, in this order.
     *
     * @throws AssertionError when they are others
     */
    public ProcessorFixture<S> thenCancelled(String... names) {
        completed();
        return compareNames("cancelled", List.of(names), launches.cancelled());
    }

    private ProcessorFixture<S> compareNames(String what, List<String> expected, List<String> actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("'" + subject.slug() + "' " + what + " other attempts on " + stream()
                    + ": expected " + expected + " but was " + actual);
        }
        return this;
    }

    /**
     * The processor appended nothing, to no stream.
     *
     * @throws AssertionError showing what it appended
     */
    public ProcessorFixture<S> thenNothingAppended() {
        for (Map.Entry<StreamPath, List<Event>> entry : completed().appended().entrySet()) {
            new EventComparison(List.of(), entry.getValue())
                    .inOrder()
                    .ifPresent(problem -> fail(entry.getKey(), problem));
        }
        return this;
    }

    /** The newest state is as the consumer says. */
    public ProcessorFixture<S> thenState(Consumer<? super S> assertions) {
        assertions.accept(completed().state());
        return this;
    }

    /**
     * The newest state is this one, by its JSON.
     *
     * @throws AssertionError naming every place where it is not
     */
    public ProcessorFixture<S> thenStateIs(S expected) {
        StateJson<S> json = new StateJson<>(processor);
        JsonNode actual = json.write(completed().state(), "after the run");
        List<JsonDifference> differences = JsonDifference.all(json.write(expected, "as expected"), actual);
        if (!differences.isEmpty()) {
            throw new AssertionError("'" + subject.slug() + "' on " + stream() + " has another state:\n"
                    + differences.stream()
                            .map(difference -> "  " + EventComparison.inWords(difference))
                            .collect(Collectors.joining("\n"))
                    + "\n" + whatCame());
        }
        return this;
    }

    /** The processor's own stream, from the given part to the end, is as the consumer says; payloads are decoded. */
    public ProcessorFixture<S> thenLog(Consumer<? super List<Event>> assertions) {
        assertions.accept(completed().log());
        return this;
    }

    /**
     * The reducer threw, and the processor halted. To be said before any other {@code then}, which all fail for a halted
     * processor otherwise.
     *
     * @throws AssertionError when it did not
     */
    public ProcessorFixture<S> thenHalted() {
        haltExpected = true;
        Outcome<S> end = completed();
        if (!end.halted()) {
            throw new AssertionError("'" + subject.slug() + "' did not halt: on " + stream() + " it is "
                    + end.status().phase() + " after offset " + end.status().reducedThrough()
                    + "; it halts when its reducer throws");
        }
        return this;
    }

    /**
     * As {@link #thenHalted()}, for a reason that contains this text: the class of what the reducer threw, or its message.
     *
     * @throws AssertionError when it did not halt, or for another reason
     */
    public ProcessorFixture<S> thenHaltedWith(String text) {
        thenHalted();
        String why = completed().status().failure().orElse("no reason was given");
        if (!why.contains(text)) {
            throw new AssertionError("'" + subject.slug() + "' halted for another reason: on " + stream()
                    + " expected one with \"" + text + "\" but was: " + why);
        }
        return this;
    }

    private ProcessorFixture<S> compare(
            StreamPath target, Object[] payloads, Function<EventComparison, Optional<String>> comparison) {
        List<Event> appended = completed().appendedTo(target);
        comparison.apply(new EventComparison(inputs(payloads), appended)).ifPresent(problem -> fail(target, problem));
        return this;
    }

    private void fail(StreamPath target, String problem) {
        throw new AssertionError(
                "'" + subject.slug() + "' appended something else to " + target + "; " + problem + "\n" + whatCame());
    }

    /** The end of the log, to look at and to paste into a fixture. */
    private String whatCame() {
        List<Event> log = completed().log().stream()
                .filter(event -> given.isEmpty()
                        || event.offset() > given.get(given.size() - 1).offset())
                .toList();
        List<Event> tail = log.subList(Math.max(0, log.size() - LONGEST_SNIPPET), log.size());
        return "what came on " + stream() + " after the given part:"
                + (tail.isEmpty() ? " nothing" : "\n" + EventComparison.yaml(tail));
    }

    /** The outcome; plays the script when that has not happened yet. */
    private Outcome<S> completed() {
        Outcome<S> end = outcome;
        if (end == null) {
            Script script = new Script(stream(), List.copyOf(given), List.copyOf(steps), bound);
            Watched<S> watched = new Watched<>(processor, launches);
            end = attemptsLeftOpen
                    ? new OpenPerformance<>(watched, script, launches).play()
                    : new Performance<>(watched, script, launches).play();
            outcome = end;
            if (purityChecked && !end.halted() && !FixtureWatch.takesCareOf(this)) {
                checkPurity(end);
            }
        }
        if (end.halted() && !haltExpected) {
            if (purityChecked && !FixtureWatch.takesCareOf(this)) {
                PurityCheck.check(processor, end.log());
            }
            throw new AssertionError("'" + subject.slug() + "' halted: on " + stream() + "; "
                    + end.status().failure().orElse("no reason was given") + "; say thenHalted() if it should");
        }
        return end;
    }

    /** Checks what {@link FixtureWatch} took care of; plays the script first, if nothing did and that is wanted. */
    void checkAfterTest(boolean playing) {
        if (outcome == null && !playing) {
            return;
        }
        Outcome<S> end = completed();
        if (purityChecked && !end.halted()) {
            checkPurity(end);
        }
    }

    private void checkPurity(Outcome<S> end) {
        StateJson<S> json = new StateJson<>(processor);
        S folded = PurityCheck.check(processor, end.log());
        JsonDifference.between(json.write(folded, "after the log"), json.write(end.state(), "after the run"))
                .ifPresent(difference -> {
                    throw new AssertionError("Reducer of '" + subject.slug() + "' is not pure: the state of the run on "
                            + stream() + " is not the fold of its log; first difference at " + difference
                            + "; effects must not change the state");
                });
    }

    private StreamPath stream() {
        return path != null ? path : StreamPath.of("/test");
    }

    private void useStream(StreamPath newPath) {
        if (path != null && !path.equals(newPath) && !given.isEmpty()) {
            throw new IllegalStateException("a processor runs on one stream, but history is on " + path + " and on "
                    + newPath + "; give it the events of one of them");
        }
        path = newPath;
    }

    private void editing() {
        if (outcome != null) {
            throw new IllegalStateException(
                    "the script has been played by the first 'then', so nothing can be added; begin a new fixture");
        }
    }

    private static List<EventInput> inputs(Object[] payloads) {
        return Arrays.stream(payloads).map(HandWriting::input).toList();
    }
}
