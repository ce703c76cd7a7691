package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a processor's reducer. Begin with {@link MillraceAssertions#assertThat(Processor)}.
 *
 * @param <S> the processor's state
 */
public final class ProcessorAssert<S> extends AbstractAssert<ProcessorAssert<S>, Processor<S>> {
    ProcessorAssert(@Nullable Processor<S> actual) {
        super(actual, ProcessorAssert.class);
    }

    /**
     * The reducer gives the same states over this log however often, and from wherever, it is folded: called twice,
     * folded again, from states that went through JSON after any event; and it leaves its arguments as they were.
     *
     * <p>This finds the clock, random numbers, counters, mutation and hidden fields. It does not find what stays the same
     * for the length of a test: the locale, the time zone, the date, a file.
     *
     * @throws AssertionError naming the event, the first difference and the remedy; or when the reducer throws, or its
     *     state does not survive JSON
     */
    public ProcessorAssert<S> isPureOver(RecordedLog log) {
        fold(log);
        return this;
    }

    /**
     * As {@link #isPureOver(RecordedLog)}.
     *
     * @param resource a log on the class path, {@code logs/two-turns.yaml} say
     */
    public ProcessorAssert<S> isPureOver(String resource) {
        return isPureOver(RecordedLog.readResource(resource));
    }

    /** As {@link #isPureOver(RecordedLog)}. */
    public ProcessorAssert<S> isPureOver(List<Event> events) {
        return isPureOver(RecordedLog.of(events));
    }

    /**
     * The reducer is pure over this log, and gives this state for it.
     *
     * @throws AssertionError as {@link #isPureOver(RecordedLog)}, or naming the first difference to the state
     */
    public ProcessorAssert<S> foldsTo(RecordedLog log, S expected) {
        S state = fold(log);
        StateJson<S> json = new StateJson<>(actual);
        Optional<JsonDifference> difference =
                JsonDifference.between(json.write(expected, "as expected"), json.write(state, "after " + log));
        if (difference.isPresent()) {
            throw failure(
                    "State of '%s' after %s is not as expected; first difference at %s",
                    actual.slug(), log, EventComparison.inWords(difference.get()));
        }
        return this;
    }

    /**
     * As {@link #foldsTo(RecordedLog, Object)}.
     *
     * @param resource a log on the class path, {@code logs/two-turns.yaml} say
     */
    public ProcessorAssert<S> foldsTo(String resource, S expected) {
        return foldsTo(RecordedLog.readResource(resource), expected);
    }

    private S fold(RecordedLog log) {
        isNotNull();
        return PurityCheck.check(actual, log.events());
    }
}
