package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.bytecode.ReducerFingerprint;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.purity.PurityChecker;
import dev.millrace.testkit.internal.purity.ReducerFingerprintFile;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import dev.millrace.testkit.log.RecordedLog;
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
     * The reducer gives the same states over this log however often, from wherever and in whatever environment it is
     * folded: called twice, folded again, from states that went through JSON after any event, in a second JVM with
     * another locale, time zone, charset and order of sets; it leaves its arguments as they were; and neither its
     * bytecode nor what it calls does anything on the deny-list, whether the log gets there or not.
     *
     * <p>What the bytecode does and is harmless is excepted with {@link dev.millrace.core.processor.AllowImpure}.
     *
     * @throws AssertionError naming the event, the first difference and the remedy; the class, the method, the line and
     *     the calls that lead there; or when the reducer throws, or its state does not survive JSON
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
        StateJsonCodec<S> json = new StateJsonCodec<>(actual);
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

    /**
     * The code of the reducer, and of what it calls in its module, is what somebody accepted for this {@code version()}.
     * The accepted fingerprint is in {@code src/test/fingerprints/<slug>.txt} of the module; running the test with {@code
     * -Dmillrace.fingerprints=accept} writes it.
     *
     * <p>Whoever changes a reducer and forgets to raise its version lets new code go on from states that the old code
     * made. Compilers of different JDKs give the same fingerprint for the same source and {@code --release}; renaming
     * what is called changes it.
     *
     * @throws AssertionError when the code or the version is another one, naming the methods; or when none was accepted
     */
    public ProcessorAssert<S> hasAcceptedFingerprint() {
        isNotNull();
        ReducerFingerprintFile.of(actual).checkOrAccept(actual.slug(), ReducerFingerprint.of(actual));
        return this;
    }

    private S fold(RecordedLog log) {
        isNotNull();
        return PurityChecker.check(actual, log.events());
    }
}
