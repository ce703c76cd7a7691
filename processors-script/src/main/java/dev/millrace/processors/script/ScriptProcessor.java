package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.processor.AllowImpure;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.script.internal.sandbox.Sandbox;
import dev.millrace.processors.script.internal.sandbox.ScriptSource;
import dev.millrace.processors.script.internal.sandbox.ScriptState;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * A script as a processor of its stream. Its version is the offset of its configuration, so a new configuration runs
 * even if an older one was halted.
 */
final class ScriptProcessor implements Processor<ScriptState> {
    private static final EventCatalog CATALOG = EventCatalog.of(WorkerEvent.class);
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9._-]{1,100}");
    private static final Set<String> FAILURES = Set.of(
            EventCatalog.nameOf(StreamEvent.EffectFailed.class),
            EventCatalog.nameOf(StreamEvent.ProcessorHalted.class),
            EventCatalog.nameOf(StreamEvent.PayloadMalformed.class));

    private final String worker;
    private final long configuredAt;
    private final LoadedScript script;
    private final Sandbox.Loaded loaded;

    ScriptProcessor(String worker, long configuredAt, LoadedScript script, Sandbox.Loaded loaded) {
        this.worker = worker;
        this.configuredAt = configuredAt;
        this.script = script;
        this.loaded = loaded;
    }

    /** The slug of a worker's processor: contains the worker's slug, or a digest of it if it is not valid here. */
    static String slugOf(String worker) {
        boolean isPlain = PLAIN.matcher(worker).matches();
        return DynamicWorker.SLUG + "." + (isPlain ? worker : "x" + ScriptSource.shortDigest(worker));
    }

    @Override
    public String slug() {
        return slugOf(worker);
    }

    @Override
    public int version() {
        return (int) Math.min(Integer.MAX_VALUE, configuredAt);
    }

    @Override
    public EventCatalog events() {
        return CATALOG;
    }

    @Override
    public ScriptState initialState() {
        return ScriptState.initial(loaded.initialState());
    }

    @Override
    @AllowImpure(
            "all inputs of a script come from the event: Date is its createdAt, Math.random() is seeded by its offset")
    public ScriptState reduce(ScriptState state, Event event) {
        try {
            JsonNode next = loaded.reduces() ? script.reduce(state.now(), event).orElse(state.now()) : state.now();
            return state.next(next);
        } catch (CancellationException stopped) { // the runner stops too, so this state is not used
            return state;
        }
    }

    @Override
    public CompletionStage<Void> afterAppend(ScriptState state, Event event, Effects<ScriptState> effects) {
        if (!loaded.acts() || isOwnConfiguration(event) || isFailureOfAScript(event)) {
            return Effects.none();
        }
        return script.handle(event, state.now(), state.before(), effects);
    }

    /** Scripts that search events for words would find them in their own source. */
    private boolean isOwnConfiguration(Event event) {
        return event.payload() instanceof WorkerEvent.Configured configured
                && configured.slug().equals(worker);
    }

    /** Otherwise two scripts that fail on every event would react to each other's failures without end. */
    private static boolean isFailureOfAScript(Event event) {
        return FAILURES.contains(event.type())
                && event.provenance()
                        .filter(origin -> origin.processor().startsWith(DynamicWorker.SLUG))
                        .isPresent();
    }
}
