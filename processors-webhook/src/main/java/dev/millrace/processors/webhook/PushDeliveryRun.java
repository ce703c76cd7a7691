package dev.millrace.processors.webhook;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A running {@link PushDelivery} with its runner. {@link #close} returns after the runner has stopped and saved its progress, so the
 * next run for the same subscriber continues there. Thread-safe.
 */
final class PushDeliveryRun {
    private final PushDelivery pushDelivery;
    private final StreamPath path;
    private final HostContext context;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable ProcessorRunner<StreamIdentity> runner;
    private boolean closed;

    PushDeliveryRun(PushDelivery pushDelivery, StreamPath path, HostContext context) {
        this.pushDelivery = pushDelivery;
        this.path = path;
        this.context = context;
    }

    /**
     * Starts the runner. The stage completes when this is closed, when all events before the end of the configuration
     * have been pushed, or when the runner has ended.
     */
    CompletionStage<Void> start() {
        var unused = pushDelivery.drained().thenRun(this::close);
        begin();
        return ended;
    }

    private void begin() {
        ProcessorRunner<StreamIdentity> started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = context.runner(pushDelivery).stream(path)
                    .effectsFrom(EffectStartPolicy.after(pushDelivery.floor()))
                    .start();
            runner = started;
        }
        var unused = started.ended().thenRun(this::close);
    }

    /** Ends the pushing. An event in flight counts as not pushed. */
    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (runner != null) {
                runner.stop(Duration.ZERO);
                pushDelivery.abandon();
            }
            pushDelivery.close();
        }
        pushDelivery.drained().complete(null);
        ended.complete(null);
    }
}
