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
 * Keeps one courier running until it is closed. Closing stops it before it returns, progress saved, so that whoever
 * comes next for the same subscriber goes on where this one ended. Safe for use by many threads.
 */
final class PushDeliveryRun {
    private final PushDelivery courier;
    private final StreamPath path;
    private final HostContext context;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable ProcessorRunner<StreamIdentity> runner;
    private boolean closed;

    PushDeliveryRun(PushDelivery courier, StreamPath path, HostContext context) {
        this.courier = courier;
        this.path = path;
        this.context = context;
    }

    /**
     * Starts; the stage ends when it is closed, when everything before the end of the configuration has been pushed, or
     * when there is nothing to go on with.
     */
    CompletionStage<Void> start() {
        courier.drained().thenRun(this::close);
        begin();
        return ended;
    }

    private void begin() {
        ProcessorRunner<StreamIdentity> started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = context.runner(courier).stream(path)
                    .effectsFrom(EffectStartPolicy.after(courier.floor()))
                    .start();
            runner = started;
        }
        started.ended().thenRun(this::close);
    }

    private void stop(ProcessorRunner<StreamIdentity> over) {
        over.stop(Duration.ZERO);
        courier.abandon();
    }

    /** Ends the pushing: what is under way counts as not pushed. */
    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (runner != null) {
                stop(runner);
            }
            courier.close();
        }
        courier.drained().complete(null);
        ended.complete(null);
    }
}
