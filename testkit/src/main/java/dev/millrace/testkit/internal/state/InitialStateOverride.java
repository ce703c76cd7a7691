package dev.millrace.testkit.internal.state;

import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;

/**
 * A processor that begins with another state than its own initial one.
 *
 * @param delegate does everything else
 * @param initialState the state it begins with
 * @param <S> the state
 */
public record InitialStateOverride<S>(Processor<S> delegate, S initialState) implements ForwardingProcessor<S> {}
