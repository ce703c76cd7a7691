package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.harness.StreamHarness;
import dev.millrace.testkit.harness.StreamHarnessAssert;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * The factory methods of all assertions. The class extends AssertJ's {@code Assertions}, so one static import is
 * enough:
 *
 * <pre>{@code
 * import static dev.millrace.testkit.MillraceAssertions.assertThat;
 *
 * assertThat(new ChatProcessor(llm)).isPureOver("logs/two-turns.yaml");
 * }</pre>
 *
 * @since 0.1
 */
public final class MillraceAssertions extends Assertions {
    private MillraceAssertions() {}

    /** Assertions about a processor's reducer. */
    public static <S> ProcessorAssert<S> assertThat(@Nullable Processor<S> actual) {
        return new ProcessorAssert<>(actual);
    }

    /** Assertions about the states of a processor over a log. */
    public static <S> StateTimelineAssert<S> assertThat(@Nullable StateTimeline<S> actual) {
        return new StateTimelineAssert<>(actual);
    }

    /** Assertions about a harness. */
    public static StreamHarnessAssert assertThat(@Nullable StreamHarness actual) {
        return new StreamHarnessAssert(actual);
    }

    /** Assertions about an event. */
    public static EventAssert assertThat(@Nullable Event actual) {
        return new EventAssert(actual);
    }

    /** Assertions about events; not named {@code assertThat}, because AssertJ has that method for lists. */
    public static EventsAssert assertThatEvents(@Nullable List<Event> actual) {
        return new EventsAssert(actual);
    }
}
