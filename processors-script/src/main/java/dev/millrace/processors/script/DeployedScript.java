package dev.millrace.processors.script;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.AppendPermission;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.sandbox.ScriptException;
import dev.millrace.processors.script.internal.sandbox.ScriptLimits;
import dev.millrace.processors.script.internal.sandbox.ScriptProgram;
import dev.millrace.processors.script.internal.sandbox.ScriptSource;
import dev.millrace.processors.script.internal.sandbox.ScriptState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A running script: reads its configuring event, loads it, and runs it with a runner until the script is replaced,
 * removed or halted. It lives as long as its background task.
 */
final class DeployedScript {
    private static final EventCatalog CATALOG = EventCatalog.of(WorkerEvent.class);
    private static final RetryPolicy ONCE = new RetryPolicy(0, Duration.ofMillis(200), Duration.ofSeconds(1));

    private final HostContext context;
    private final ScriptLimits limits;
    private final FetchGateway fetchGateway;
    private final WorkerPlaces places;
    private final BackgroundTask<DeployedScripts> attempt;
    private final StreamPath path;
    private final String slug;
    private final DeployedScripts.Configuration configuration;
    private final Map<String, String> env;
    private volatile Optional<ProcessorRunner<?>> running = Optional.empty();
    private volatile boolean replaced;

    DeployedScript(
            HostContext context,
            ScriptLimits limits,
            FetchGateway fetchGateway,
            WorkerPlaces places,
            BackgroundTask<DeployedScripts> attempt,
            StreamPath path,
            String slug,
            DeployedScripts.Configuration configuration,
            Map<String, String> env) {
        this.context = context;
        this.limits = limits;
        this.fetchGateway = fetchGateway;
        this.places = places;
        this.attempt = attempt;
        this.path = path;
        this.slug = slug;
        this.configuration = configuration;
        this.env = env;
    }

    /**
     * Waits for a place and runs the script. The stage completes when the runner has ended. If the script does not load,
     * that is recorded, and the stage completes.
     *
     * @param yields whether it first lets others claim their places, because it had to wait for one before
     */
    CompletionStage<?> start(boolean yields) {
        long offset = configuration.configuredAt();
        CompletableFuture<Void> turn = new CompletableFuture<>();
        if (yields) {
            Timers.Timer timer = context.timers().after(WorkerPlaces.KEPT, () -> turn.complete(null));
            attempt.onCancel(() -> {
                timer.cancel();
                turn.completeExceptionally(new CancellationException(where() + " was stopped"));
            });
        } else {
            turn.complete(null);
        }
        return turn.thenComposeAsync(
                        first -> context.streams()
                                .read(
                                        path,
                                        ReadRange.builder()
                                                .afterOffset(offset - 1)
                                                .limit(1)
                                                .build()),
                        context.executor())
                .thenCompose(
                        events -> runInPlace(configured(events), events.get(0).createdAt()));
    }

    private CompletionStage<?> runInPlace(WorkerEvent.Configured configured, Instant since) {
        WorkerPlaces.Claim claim = places.claim(new WorkerPlaces.Owner(context.project(), path, slug), since);
        attempt.onCancel(() -> claim.granted()
                .completeExceptionally(new CancellationException(where() + " was stopped before it had a place")));
        if (places.isWaitingForOthers(claim)) {
            var unused = attempt.append(
                    EventDraft.of(new WorkerEvent.Waiting(slug, configuration.configuredAt(), places.most()))
                            .because(configuration.configuredAt())
                            .named(slug));
        }
        return claim.granted()
                .thenComposeAsync(granted -> load(configured), context.executor())
                .whenComplete((ended, failure) -> places.release(claim, startsAgain()))
                .exceptionallyCompose(failure -> recordLoadFailure(unwrap(failure)));
    }

    /**
     * Records why the script does not load, once for each configuration and reason: the script is loaded again at each
     * restart of the server and with each event about workers, and would fail in the same way.
     */
    private CompletionStage<Void> recordLoadFailure(Throwable failure) {
        if (!(failure instanceof ScriptException) || attempt.isCancelled()) {
            return CompletableFuture.failedFuture(failure);
        }
        long offset = configuration.configuredAt();
        String message = where() + " was not started; " + failure.getMessage()
                + "; correct the script and append its configuration again";
        StreamEvent.EffectFailed failed = new StreamEvent.EffectFailed(
                DynamicWorker.SLUG,
                DynamicWorker.VERSION,
                new StreamEvent.Source(path.value(), offset),
                message,
                1,
                Optional.of(attempt.name()));
        return attempt.append(
                        EventDraft.of(failed).because(offset).named(slug + "/" + ScriptSource.shortDigest(message)))
                .thenAccept(appended -> {});
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** True if the run has ended because the same script starts again, or may start again on this server. */
    private boolean startsAgain() {
        return (replaced || attempt.isCancelled())
                && attempt.current().workersBySlug().containsKey(slug);
    }

    private WorkerEvent.Configured configured(List<Event> events) {
        if (events.size() == 1
                && events.get(0).decodedBy(CATALOG).payload() instanceof WorkerEvent.Configured configured
                && configured.slug().equals(slug)) {
            return configured;
        }
        throw new IllegalStateException(where() + ": the event is not the configuration of this worker any more; the"
                + " stream was probably destroyed");
    }

    private CompletionStage<Void> load(WorkerEvent.Configured configured) {
        LoadedScript loadedScript = new LoadedScript(
                ScriptProgram.of(configured, env), limits, fetchGateway, permission(configured), context);
        attempt.onCancel(() -> stop(loadedScript));
        return loadedScript
                .load()
                .thenApply(loaded -> new ScriptProcessor(slug, configuration.configuredAt(), loadedScript, loaded))
                .thenCompose(this::follow)
                .whenComplete((status, failure) -> loadedScript.close())
                .thenAccept(ended -> {});
    }

    private AppendPermission permission(WorkerEvent.Configured configured) {
        return new AppendPermission(
                context.payloads(),
                "worker '" + slug + "'",
                Operation.DEPLOY,
                configured.mayControl().orElse(false));
    }

    private CompletionStage<RunnerStatus> follow(ScriptProcessor processor) {
        if (attempt.isCancelled()) {
            return CompletableFuture.failedFuture(new CancellationException(where() + " was stopped"));
        }
        ProcessorRunner<ScriptState> runner = context.runner(processor).stream(path)
                .effectsFrom(EffectStartPolicy.after(configuration.configuredAt()))
                .retry(ONCE)
                .until(this::ends)
                .start();
        running = Optional.of(runner);
        if (attempt.isCancelled()) {
            runner.stop(Duration.ZERO);
        }
        return runner.ended();
    }

    /** Stops the runner first, so that it does not record the cancellation of the script as a failure. */
    private void stop(LoadedScript loadedScript) {
        running.ifPresent(runner -> runner.stop(Duration.ZERO));
        loadedScript.close();
    }

    private boolean ends(Event event) {
        boolean over = isOver(event);
        replaced |= over && !(event.payload() instanceof WorkerEvent.Removed);
        return over;
    }

    /** Whether this event ends this run: it replaces or removes the script, or changes a variable. */
    private boolean isOver(Event event) {
        if (event.offset() <= configuration.startedBy()) {
            return false;
        }
        if (event.payload() instanceof WorkerEvent.Configured next) {
            return next.slug().equals(slug) && !ScriptSource.digest(next).equals(configuration.sha256());
        }
        if (event.payload() instanceof WorkerEvent.EnvVarSet set) {
            return !set.value().equals(env.get(set.key()));
        }
        return event.payload() instanceof WorkerEvent.Removed removed
                && removed.slug().equals(slug);
    }

    private String where() {
        return "worker '" + slug + "' of " + path + "@" + configuration.configuredAt();
    }
}
