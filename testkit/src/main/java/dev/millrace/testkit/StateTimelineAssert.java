package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.purity.ImpurityMessages;
import dev.millrace.testkit.internal.state.JsonDifference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about the states of a processor over a log. Begin with
 * {@link MillraceAssertions#assertThat(StateTimeline)}.
 *
 * @param <S> the processor's state
 */
public final class StateTimelineAssert<S> extends AbstractAssert<StateTimelineAssert<S>, StateTimeline<S>> {
    StateTimelineAssert(@Nullable StateTimeline<S> actual) {
        super(actual, StateTimelineAssert.class);
    }

    /**
     * The state after the event at this offset has the JSON of this one.
     *
     * @throws AssertionError naming the first difference
     * @throws IllegalArgumentException as {@link StateTimeline#stateAt(long)}
     */
    public StateTimelineAssert<S> hasStateAt(long offset, S expected) {
        isNotNull();
        Optional<JsonDifference> difference = JsonDifference.between(actual.json(expected), actual.jsonAt(offset));
        if (difference.isPresent()) {
            throw failure(
                    "State of '%s' at offset %d of %s is not as expected; first difference at %s",
                    actual.slug(), offset, actual.log(), EventComparison.inWords(difference.get()));
        }
        return this;
    }

    /**
     * Exactly the events at these offsets changed what is at this place of the state, the first of them first.
     *
     * @param place as {@link StateTimeline#changesOf(String)} takes it
     * @param offsets in ascending order; none, when nothing changed it
     * @throws AssertionError listing the events that did
     * @throws IllegalArgumentException when that is not a place
     */
    public StateTimelineAssert<S> changes(String place, long... offsets) {
        isNotNull();
        List<Event> changes = actual.changesOf(place);
        if (!Arrays.equals(changes.stream().mapToLong(Event::offset).toArray(), offsets)) {
            throw failure(
                    "Changes of %s in the state of '%s' over %s: expected at offsets %s but was %s",
                    place,
                    actual.slug(),
                    actual.log(),
                    Arrays.toString(offsets),
                    changes.isEmpty()
                            ? "nowhere"
                            : changes.stream()
                                    .map(ImpurityMessages::describe)
                                    .toList()
                                    .toString());
        }
        return this;
    }

    /**
     * The states after each event are those that somebody approved, in a file of the test's sources:
     * {@code approved/chat.states.yaml} is looked for in {@code src/test/resources} of the module. It holds the state at
     * each offset where it changed. Approve the states as they are with {@code -Dmillrace.approve=true}, which writes the
     * file and passes; then read its changes before committing it.
     *
     * @param name relative to {@code src/test/resources}
     * @throws AssertionError showing each difference by offset, or the states when nothing was approved yet
     * @throws IllegalArgumentException when the name leads out of that directory
     */
    public StateTimelineAssert<S> matchesApproved(String name) {
        return matchesApproved(ApprovedStatesFile.resource(name));
    }

    /**
     * As {@link #matchesApproved(String)}, in a file anywhere.
     *
     * @throws AssertionError as {@link #matchesApproved(String)}
     */
    public StateTimelineAssert<S> matchesApproved(Path file) {
        return matchesApproved(file, Boolean.getBoolean(ApprovedStatesFile.SWITCH));
    }

    StateTimelineAssert<S> matchesApproved(Path file, boolean approve) {
        isNotNull();
        ApprovedStatesFile approved = new ApprovedStatesFile(file, actual);
        if (approve) {
            approved.write();
        } else {
            approved.problem().ifPresent(problem -> {
                throw failure("%s", problem);
            });
        }
        return this;
    }
}
