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
 * Assertions about what came of a harness; each failure names its seed. Begin with {@link
 * MillraceAssertions#assertThat(StreamHarness)}.
 */
public final class StreamHarnessAssert extends AbstractAssert<StreamHarnessAssert, StreamHarness> {
    public StreamHarnessAssert(@Nullable StreamHarness actual) {
        super(actual, StreamHarnessAssert.class);
    }

    /**
     * The processor appended exactly these events to the stream, in this order, over all its lives.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link dev.millrace.core.EventInput}s
     * @throws AssertionError showing both lists and the end of the log
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

    /**
     * The processor appended nothing to the stream.
     *
     * @throws AssertionError showing what it appended
     */
    public StreamHarnessAssert hasAppendedNothing(Processor<?> processor) {
        return hasAppended(processor);
    }

    /**
     * The events on the stream have exactly these types, in this order, beside {@code initialized}, which every stream has.
     *
     * @throws AssertionError when they have not
     */
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

    /**
     * The newest state of the processor is this.
     *
     * @throws AssertionError naming the first difference
     */
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

    /**
     * The processor has nothing left to do.
     *
     * @throws AssertionError saying where it stands
     */
    public StreamHarnessAssert isIdle(Processor<?> processor) {
        isNotNull();
        if (!actual.isIdle(processor)) {
            throw actual.failure("'" + processor.slug() + "' is not at rest: " + actual.status(processor));
        }
        return this;
    }

    /**
     * The processor's reducer threw, and it halted.
     *
     * @throws AssertionError when it did not
     */
    public StreamHarnessAssert hasHalted(Processor<?> processor) {
        isNotNull();
        RunnerStatus status = actual.status(processor);
        if (status.phase() != RunnerStatus.Phase.HALTED) {
            throw actual.failure("'" + processor.slug() + "' did not halt: " + status);
        }
        return this;
    }
}
