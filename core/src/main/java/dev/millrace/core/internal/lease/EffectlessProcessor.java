package dev.millrace.core.internal.lease;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletionStage;

/** A processor without its effects, for a process that is in STANDBY. */
record EffectlessProcessor<S>(Processor<S> delegate) implements ForwardingProcessor<S> {
    @Override
    public CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return Effects.none();
    }
}
