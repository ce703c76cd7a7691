package dev.millrace.processors.script;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps one runner for each script that is configured on a stream. Which ones there should be is a fold of the log; the
 * runners themselves have their own cursors, order and failures.
 */
final class DynamicWorker implements Processor<WorkersState> {
    static final String SLUG = "dynamic-worker";

    private static final EventCatalog CATALOG = EventCatalog.of(WorkerEvent.class);

    private final HostContext context;
    private final ScriptLimits limits;
    private final Egress egress;
    private final Places places;

    DynamicWorker(HostContext context, ScriptLimits limits, Egress egress, Places places) {
        this.context = context;
        this.limits = limits;
        this.egress = egress;
        this.places = places;
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return CATALOG;
    }

    @Override
    public WorkersState initialState() {
        return WorkersState.empty();
    }

    @Override
    public WorkersState reduce(WorkersState state, Event event) {
        if (event.payload() instanceof WorkerEvent.Configured configured) {
            return state.configured(configured.slug(), WorkerSource.digest(configured), event.offset());
        }
        if (event.payload() instanceof WorkerEvent.EnvVarSet set) {
            return state.set(set.key(), set.value(), event.offset());
        }
        return event.payload() instanceof WorkerEvent.Removed removed ? state.without(removed.slug()) : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(WorkersState state, Event event, Effects<WorkersState> effects) {
        if (event.payload() instanceof WorkerEvent.Removed removed) {
            if (!state.workersBySlug().containsKey(removed.slug())) {
                effects.running(name(removed.slug())).ifPresent(Attempt::cancel);
            }
        } else if (event.payload() instanceof WorkerEvent) {
            launch(state, effects);
        }
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(WorkersState state, Effects<WorkersState> effects) {
        launch(state, effects);
        return Effects.none();
    }

    private void launch(WorkersState state, Effects<WorkersState> effects) {
        StreamPath path = effects.path();
        state.workersBySlug().forEach((slug, configuration) -> {
            if (isNewest(slug, configuration, effects)) {
                effects.launch(name(slug), Effects.because(configuration.startedBy()), attempt -> {
                    if (!places.take()) {
                        return CompletableFuture.failedFuture(new ScriptFailure("worker '" + slug + "' of " + path + "@"
                                + configuration.configuredAt() + " was not started; this server already runs "
                                + limits.maxWorkers() + " workers, its limit; remove one, or raise script.max-workers,"
                                + " and append the configuration again"));
                    }
                    return new WorkerRun(
                                    context, limits, egress, attempt, path, slug, configuration, state.envVarsByKey())
                            .start()
                            .whenComplete((status, failure) -> places.giveBack());
                });
            }
        });
    }

    /** A state that is not the newest may name what is replaced or removed by now. */
    private boolean isNewest(String slug, WorkersState.Configuration configuration, Effects<WorkersState> effects) {
        return configuration.equals(effects.current().workersBySlug().get(slug));
    }

    private static String name(String slug) {
        return "worker/" + slug;
    }
}
