package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Chain;
import dev.millrace.core.Event;
import dev.millrace.core.hosting.AppendPermission;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
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
 * A loaded script with two sandboxes: one handles events, the other one reduces them. So a state never waits for an
 * effect, and an effect cannot change it. Thread-safe.
 */
final class LoadedScript implements AutoCloseable {
    /** Longer than the limits of the engine; reached only if the machine is overloaded. */
    private static final Duration LONGEST_REDUCE = Duration.ofMinutes(2);

    private final Sandbox acting;
    private final Sandbox reducing;
    private final FetchGateway fetchGateway;
    private final AppendPermission permission;

    LoadedScript(
            ScriptProgram program,
            ScriptLimits limits,
            FetchGateway fetchGateway,
            AppendPermission permission,
            HostContext context) {
        this.acting = new Sandbox(program, false, limits, context.timers());
        this.reducing = new Sandbox(program, true, limits, context.timers());
        this.fetchGateway = fetchGateway;
        this.permission = permission;
    }

    /** Loads the script; fails with {@link ScriptException}. */
    CompletableFuture<Sandbox.Loaded> load() {
        return acting.load();
    }

    /**
     * Waits for the next state; empty if it does not change.
     *
     * @throws ScriptException if the script throws or exceeds a limit
     * @throws CancellationException if the worker is closed
     */
    Optional<JsonNode> reduce(JsonNode state, Event event) {
        try {
            return reducing.reduce(state, event).get(LONGEST_REDUCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("reduce failed: " + failed.getCause(), failed.getCause());
        } catch (TimeoutException slow) {
            throw new ScriptException("reduce did not end within " + LONGEST_REDUCE + "; the server may be overloaded");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while reducing");
        }
    }

    CompletableFuture<Void> handle(Event event, JsonNode state, JsonNode before, Effects<?> effects) {
        ChainHeader chain =
                new ChainHeader(Chain.of(event), permission.mayControl() ? permission.most() : Operation.APPEND);
        return acting.handle(event, state, before, draft -> append(draft, effects), fetchGateway, chain);
    }

    private CompletableFuture<AppendResult> append(EventDraft draft, Effects<?> effects) {
        permission.refusal(draft.input().type()).ifPresent(refusal -> {
            throw new ScriptException(refusal);
        });
        return effects.append(draft);
    }

    @Override
    public void close() {
        acting.close();
        reducing.close();
    }
}
