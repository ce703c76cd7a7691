package dev.millrace.testkit.harness;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.testkit.MillraceAssertions;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a {@link StreamHarness}. Each failure is an {@link AssertionError} that shows the difference and the
 * seed. Begin with {@link MillraceAssertions#assertThat(StreamHarness)}.
 *
 * @since 0.1
 */
public final class StreamHarnessAssert extends AbstractAssert<StreamHarnessAssert, StreamHarness> {
    public StreamHarnessAssert(@Nullable StreamHarness actual) {
        super(actual, StreamHarnessAssert.class);
    }

    /**
     * Asserts that the processor appended exactly these events to the stream, in this order, before and after all
     * crashes.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link dev.millrace.core.EventInput}s
     */
    public StreamHarnessAssert hasAppended(Processor<?> processor, Object... payloads) {
        isNotNull();
        new EventComparison(Arrays.stream(payloads).map(TestEventFactory::input).toList(), actual.appendedBy(processor))
                .inOrder()
                .ifPresent(problem -> {
                    throw actual.failure("'" + processor.slug() + "' appended something else; " + problem
                            + "\nthe end of the log:\n" + EventComparison.yaml(actual.tail()));
                });
        return this;
    }

    /** Asserts that the processor appended nothing to the stream. */
    public StreamHarnessAssert hasAppendedNothing(Processor<?> processor) {
        return hasAppended(processor);
    }

    /** Asserts that the events on the stream, without {@code initialized}, have exactly these types, in this order. */
    public StreamHarnessAssert hasTypes(String... types) {
        isNotNull();
        List<String> actualTypes = actual.log().stream()
                .map(Event::type)
                .filter(type -> !BuiltInType.INITIALIZED.matches(type))
                .toList();
        if (!actualTypes.equals(List.of(types))) {
            throw actual.failure("types of the events: expected " + List.of(types) + " but was " + actualTypes);
        }
        return this;
    }

    /** Asserts that the newest state of the processor equals this one. */
    public <S> StreamHarnessAssert hasState(Processor<S> processor, S expected) {
        isNotNull();
        S state = actual.state(processor);
        if (!Objects.equals(state, expected)) {
            StateJsonCodec<S> json = new StateJsonCodec<>(processor);
            throw actual.failure("state of '" + processor.slug() + "': expected " + expected + " but was " + state
                    + JsonDifference.between(json.write(expected, "expected"), json.write(state, "actual"))
                            .map(difference -> "; first difference at " + EventComparison.inWords(difference))
                            .orElse(""));
        }
        return this;
    }

    /** Asserts that the processor is idle. */
    public StreamHarnessAssert isIdle(Processor<?> processor) {
        isNotNull();
        if (!actual.isIdle(processor)) {
            throw actual.failure("'" + processor.slug() + "' is not idle: " + actual.status(processor));
        }
        return this;
    }

    /** Asserts that the processor's reducer threw and the processor halted. */
    public StreamHarnessAssert hasHalted(Processor<?> processor) {
        isNotNull();
        RunnerStatus status = actual.status(processor);
        if (status.phase() != RunnerStatus.Phase.HALTED) {
            throw actual.failure("'" + processor.slug() + "' did not halt: " + status);
        }
        return this;
    }
}
