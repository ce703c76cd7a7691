package dev.millrace.core.internal.append;

import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.util.function.BooleanSupplier;

/**
 * An append that an {@link Appender} is to send. Immutable.
 *
 * @param cancelled whether it must not be sent any more; asked before each attempt, on any thread
 * @param insistent whether there is no limit to the attempts while the service cannot be reached
 * @param derivedKey whether the key follows from the processor, the cause and the type, so that the answer must be an
 *     event with the same ones
 */
record OutgoingAppend(
        StreamPath target, EventInput input, BooleanSupplier cancelled, boolean insistent, boolean derivedKey) {
    /** Sent at most {@link dev.millrace.core.internal.run.RunnerOptions#SENDS} times, with a key of any kind. */
    static OutgoingAppend of(StreamPath target, EventInput input) {
        return new OutgoingAppend(target, input, () -> false, false, false);
    }

    OutgoingAppend unless(BooleanSupplier isCancelled) {
        return new OutgoingAppend(target, input, isCancelled, insistent, derivedKey);
    }

    OutgoingAppend insistently() {
        return new OutgoingAppend(target, input, cancelled, true, derivedKey);
    }

    OutgoingAppend withDerivedKey(boolean isDerived) {
        return new OutgoingAppend(target, input, cancelled, insistent, isDerived);
    }
}
