package dev.millrace.core.internal.lease;

import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A processor of a lease holder: no effect starts after the lease was lost, even if its run is not stopped yet. The
 * effect stays unacknowledged, and the next holder runs it.
 */
record FencedProcessor<S>(Processor<S> delegate, Fence fence, LeaseHandle handle) implements ForwardingProcessor<S> {
    @Override
    public CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return handle.holds(fence) ? delegate.afterAppend(state, event, effects) : refused(effects.path());
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return handle.holds(fence) ? delegate.onCaughtUp(state, effects) : refused(effects.path());
    }

    private CompletionStage<Void> refused(StreamPath path) {
        return CompletableFuture.failedFuture(FencedEventStreams.refusal(path, fence));
    }
}
