package dev.millrace.testkit.internal.state;

import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;

/** A processor wrapper with another initial state. */
public record InitialStateOverride<S>(Processor<S> delegate, S initialState) implements ForwardingProcessor<S> {}
