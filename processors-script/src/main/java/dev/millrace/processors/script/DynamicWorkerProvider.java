package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.hosting.StateSlice;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.sandbox.ScriptLimits;
import dev.millrace.processors.script.internal.sandbox.SyntaxCheck;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The provider of the processor that runs scripts: {@code dynamic-worker/configured} adds a script to its stream. For
 * settings and limits see docs/processors/dynamic-worker.md. Thread-safe. The limit of workers applies to each instance
 * of this class; a server has one.
 *
 * @since 0.1
 */
public final class DynamicWorkerProvider implements ProcessorProvider {
    private final AtomicReference<@Nullable WorkerPlaces> places = new AtomicReference<>();

    @Override
    public String name() {
        return DynamicWorker.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                deploying(WorkerEvent.Configured.class)
                        .withMaxBytes(ScriptLimits.EVENT_BYTES)
                        .withRule((configured, host) -> SyntaxCheck.problems(configured)),
                deploying(WorkerEvent.EnvVarSet.class),
                deploying(WorkerEvent.Removed.class),
                deploying(WorkerEvent.Waiting.class));
    }

    private static <T extends WorkerEvent> ProvidedEvent<T> deploying(Class<T> payload) {
        return ProvidedEvent.of(payload).activating().withOperation(Operation.DEPLOY);
    }

    /**
     * Creates the processor that starts the scripts of a stream.
     *
     * @param config ignored
     * @throws IllegalArgumentException if a server setting is invalid; the message names it
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        ScriptLimits limits = ScriptLimits.of(context);
        return new DynamicWorker(context, limits, new FetchGateway(context), places(limits, context));
    }

    private WorkerPlaces places(ScriptLimits limits, HostContext context) {
        places.compareAndSet(null, new WorkerPlaces(limits.maxWorkers(), context.timers()));
        return Objects.requireNonNull(places.get(), "set above");
    }

    @Override
    public JsonNode stateSlice(JsonNode state) {
        state.path("workersBySlug").forEach(worker -> {
            JsonNode configuration = ((ObjectNode) worker).remove("configuration");
            ((ObjectNode) worker).setAll((ObjectNode) configuration);
        });
        return StateSlice.ofMap(
                state,
                "workersBySlug",
                Set.of("compatibilityDate", "compatibilityFlags", "mainModule", "modules", "outboundGateway"));
    }
}
