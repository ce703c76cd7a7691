package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Effects;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.sandbox.Sandbox;
import dev.millrace.processors.script.internal.sandbox.ScriptException;
import dev.millrace.processors.script.internal.sandbox.ScriptLimits;
import dev.millrace.processors.script.internal.sandbox.ScriptProgram;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A script that is loaded: one sandbox acts on events, another one reduces them, so that a state never waits for an
 * effect, and nothing an effect did can show in it. Safe for use by many threads.
 */
final class LoadedScript implements AutoCloseable {
    /** Beyond every limit of the engine itself: reached only when the machine is out of breath. */
    private static final Duration LONGEST_REDUCE = Duration.ofMinutes(2);

    private final Sandbox acting;
    private final Sandbox reducing;
    private final FetchGateway egress;

    LoadedScript(ScriptProgram program, ScriptLimits limits, FetchGateway egress, HostContext context) {
        this.acting = new Sandbox(program, false, limits, context.timers());
        this.reducing = new Sandbox(program, true, limits, context.timers());
        this.egress = egress;
    }

    /** Loads the script; fails with {@link ScriptException}. */
    CompletableFuture<Sandbox.Loaded> load() {
        return acting.load();
    }

    /**
     * The next state, or empty when it stays. Waits for it.
     *
     * @throws ScriptException when the script throws or meets a limit
     * @throws CancellationException when the worker is closed
     */
    Optional<JsonNode> reduce(JsonNode state, Event event) {
        try {
            return reducing.reduce(state, event).get(LONGEST_REDUCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("reducing broke down: " + failed.getCause(), failed.getCause());
        } catch (TimeoutException slow) {
            throw new ScriptException("reduce got no answer within " + LONGEST_REDUCE);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while reducing");
        }
    }

    /** Lets the script act on an event. */
    CompletableFuture<Void> handle(Event event, JsonNode state, JsonNode before, Effects<?> effects) {
        return acting.handle(event, state, before, effects, egress);
    }

    @Override
    public void close() {
        acting.close();
        reducing.close();
    }
}
