package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.sandbox.ScriptLimits;
import dev.millrace.processors.script.internal.sandbox.ScriptSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs code that arrives as an event: {@code dynamic-worker/configured} brings a script to its stream. Settings and
 * limits are in docs/processors/dynamic-worker.md. Safe for use by many threads; the limit of workers holds for each
 * instance of this class, of which a server has one.
 */
public final class DynamicWorkerProvider implements ProcessorProvider {
    private final AtomicInteger running = new AtomicInteger();

    /** Called by {@link java.util.ServiceLoader}. */
    public DynamicWorkerProvider() {}

    @Override
    public String name() {
        return DynamicWorker.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                deploying(WorkerEvent.Configured.class)
                        .withRule((configured, host) -> ScriptSource.problems(configured)),
                deploying(WorkerEvent.EnvVarSet.class),
                deploying(WorkerEvent.Removed.class));
    }

    private static <T extends WorkerEvent> ProvidedEvent<T> deploying(Class<T> payload) {
        return ProvidedEvent.of(payload).activating().withOperation(Operation.DEPLOY);
    }

    /**
     * The processor that keeps the workers of one stream.
     *
     * @param config nothing is configured here; ignored
     * @throws IllegalArgumentException when a setting of the server is wrong; the message names it
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        ScriptLimits limits = ScriptLimits.of(context);
        return new DynamicWorker(
                context, limits, new FetchGateway(context), new WorkerPermits(running, limits.maxWorkers()));
    }
}
