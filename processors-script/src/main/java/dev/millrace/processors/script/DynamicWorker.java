package dev.millrace.processors.script;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.sandbox.ScriptLimits;
import java.util.concurrent.CompletionStage;

/**
 * A processor that starts a runner for each script that is configured on a stream. Its state is the list of scripts.
 * Each runner has its own cursor and its own failures.
 */
final class DynamicWorker implements Processor<DeployedScripts> {
    static final String SLUG = "dynamic-worker";
    static final int VERSION = 2;

    private static final EventCatalog CATALOG = EventCatalog.of(WorkerEvent.class);

    private final HostContext context;
    private final ScriptLimits limits;
    private final FetchGateway fetchGateway;
    private final WorkerPlaces places;

    DynamicWorker(HostContext context, ScriptLimits limits, FetchGateway fetchGateway, WorkerPlaces places) {
        this.context = context;
        this.limits = limits;
        this.fetchGateway = fetchGateway;
        this.places = places;
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public int version() {
        return VERSION;
    }

    @Override
    public EventCatalog events() {
        return CATALOG;
    }

    @Override
    public DeployedScripts initialState() {
        return DeployedScripts.empty();
    }

    @Override
    public DeployedScripts reduce(DeployedScripts state, Event event) {
        if (event.payload() instanceof WorkerEvent.Configured configured) {
            return state.configured(configured, event.offset());
        }
        if (event.payload() instanceof WorkerEvent.EnvVarSet set) {
            return state.set(set.key(), set.value(), event.offset());
        }
        if (event.payload() instanceof WorkerEvent.Waiting waiting) {
            return state.waiting(waiting.slug(), waiting.configuredAt());
        }
        return event.payload() instanceof WorkerEvent.Removed removed ? state.without(removed.slug()) : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(DeployedScripts state, Event event, Effects<DeployedScripts> effects) {
        if (event.payload() instanceof WorkerEvent.Removed removed) {
            if (!state.workersBySlug().containsKey(removed.slug())) {
                effects.running(name(removed.slug())).ifPresent(BackgroundTask::cancel);
            }
        } else if (event.payload() instanceof WorkerEvent) {
            launch(state, effects, false);
        }
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(DeployedScripts state, Effects<DeployedScripts> effects) {
        launch(state, effects, true);
        return Effects.none();
    }

    /**
     * Starts the scripts that do not run.
     *
     * @param restored whether they may have run before: then those that never waited come first
     */
    private void launch(DeployedScripts state, Effects<DeployedScripts> effects, boolean restored) {
        StreamPath path = effects.path();
        state.workersBySlug().forEach((slug, configuration) -> {
            boolean isCurrent =
                    configuration.isStartOf(effects.current().workersBySlug().get(slug));
            if (isCurrent) { // not replaced or removed after the event of this state
                boolean yields = restored && configuration.hasWaited().orElse(false);
                effects.launch(
                        name(slug),
                        Effects.because(configuration.startedBy()),
                        attempt -> new DeployedScript(
                                        context,
                                        limits,
                                        fetchGateway,
                                        places,
                                        attempt,
                                        path,
                                        slug,
                                        configuration,
                                        state.envVarsByKey())
                                .start(yields));
            }
        });
    }

    private static String name(String slug) {
        return "worker/" + slug;
    }
}
