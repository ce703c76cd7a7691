package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.bytecode.ReducerFingerprint;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.purity.PurityChecker;
import dev.millrace.testkit.internal.purity.ReducerFingerprintFile;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a processor's reducer. Begin with {@link MillraceAssertions#assertThat(Processor)}.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class ProcessorAssert<S> extends AbstractAssert<ProcessorAssert<S>, Processor<S>> {
    ProcessorAssert(@Nullable Processor<S> actual) {
        super(actual, ProcessorAssert.class);
    }

    /**
     * Asserts that the reducer is pure: over this log it always computes the same states. The check calls it twice for
     * each event, reduces the log again, continues from states that were written as JSON and read back, and runs it in
     * a second JVM with another locale, time zone, charset and order of sets. The reducer must not change its
     * arguments. Its bytecode, and the code that it calls, must do nothing on the deny-list, even where this log does
     * not reach it.
     *
     * <p>To accept harmless code, annotate it with {@link dev.millrace.core.processor.AllowImpure}.
     *
     * @throws AssertionError if the reducer is not pure, with the event, the first difference and the remedy, or with
     *     the class, the method, the line and the calls that lead there; also if the reducer throws, or if its state
     *     changes when it is written as JSON and read back
     * @throws MalformedLogException if a payload does not fit its class, see {@link RecordedLog#allowingMalformed()}
     */
    public ProcessorAssert<S> isPureOver(RecordedLog log) {
        fold(log);
        return this;
    }

    /** As {@link #isPureOver(RecordedLog)}, with a log on the class path, for example {@code logs/two-turns.yaml}. */
    public ProcessorAssert<S> isPureOver(String resource) {
        return isPureOver(RecordedLog.readResource(resource));
    }

    /** As {@link #isPureOver(RecordedLog)}. */
    public ProcessorAssert<S> isPureOver(List<Event> events) {
        return isPureOver(RecordedLog.of(events));
    }

    /**
     * Asserts that the reducer is pure over this log, and that the last state has the JSON of this one.
     *
     * @throws AssertionError as {@link #isPureOver(RecordedLog)}, or with the first difference to the state
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

    /** As {@link #foldsTo(RecordedLog, Object)}, with a log on the class path. */
    public ProcessorAssert<S> foldsTo(String resource, S expected) {
        return foldsTo(RecordedLog.readResource(resource), expected);
    }

    /**
     * Asserts that the code of the reducer, and the code of its module that it calls, has the fingerprint that was
     * accepted for this {@code version()}. The accepted fingerprint is in {@code src/test/fingerprints/<slug>.txt} of
     * the module. Run the test with {@code -Dmillrace.fingerprints=accept} to write it.
     *
     * <p>If you change a reducer and do not raise its version, the new code continues from states that the old code
     * computed. Different JDKs give the same fingerprint for the same source and {@code --release}. If you rename a
     * method that the reducer calls, the fingerprint changes.
     *
     * @throws AssertionError if the code or the version differs, with the methods; or if no fingerprint was accepted
     */
    public ProcessorAssert<S> hasAcceptedFingerprint() {
        isNotNull();
        ReducerFingerprintFile.of(actual).checkOrAccept(actual.slug(), ReducerFingerprint.of(actual));
        return this;
    }

    private S fold(RecordedLog log) {
        isNotNull();
        return PurityChecker.check(actual, log.decodedBy(actual.events()));
    }
}
