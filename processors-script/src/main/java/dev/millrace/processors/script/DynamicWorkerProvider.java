package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Set;
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
    public Set<BuiltInType> activatedBy() {
        return Set.of(
                BuiltInType.DYNAMIC_WORKER_CONFIGURED,
                BuiltInType.DYNAMIC_WORKER_ENV_VAR_SET,
                BuiltInType.DYNAMIC_WORKER_REMOVED);
    }

    /** Looks at the shape of the source and never runs it. */
    @Override
    public List<String> problems(BuiltInType type, JsonNode payload) {
        return type == BuiltInType.DYNAMIC_WORKER_CONFIGURED ? WorkerSource.problems(payload) : List.of();
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
        return new DynamicWorker(context, limits, new Egress(context), new Places(running, limits.maxWorkers()));
    }
}
