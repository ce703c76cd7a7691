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
 * Assertions about a {@link StateTimeline}. A failure is an {@link AssertionError} with the differences. Begin with
 * {@link MillraceAssertions#assertThat(StateTimeline)}.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class StateTimelineAssert<S> extends AbstractAssert<StateTimelineAssert<S>, StateTimeline<S>> {
    StateTimelineAssert(@Nullable StateTimeline<S> actual) {
        super(actual, StateTimelineAssert.class);
    }

    /**
     * Asserts that the state after the event at this offset has the JSON of this one.
     *
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
     * Asserts that exactly the events at these offsets changed the value at this place of the state.
     *
     * @param place as for {@link StateTimeline#changesOf(String)}
     * @param offsets in ascending order; none if no event changed it
     * @throws IllegalArgumentException if the place is malformed
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
     * Asserts that the states equal those in an approved file, for example {@code approved/chat.states.yaml}. The file
     * contains the state at each offset where it changed. To approve the current states, run the test with {@code
     * -Dmillrace.approve=true}: it writes the file and passes. Read the changes of the file before you commit it.
     *
     * @param name relative to {@code src/test/resources} of the module
     * @throws AssertionError with each difference by offset, or with the states if the file is missing
     * @throws IllegalArgumentException if the name leads out of that directory
     */
    public StateTimelineAssert<S> matchesApproved(String name) {
        return matchesApproved(ApprovedStatesFile.resource(name));
    }

    /** As {@link #matchesApproved(String)}, with a file in any directory. */
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
