package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program in its own engine, on its own thread. The engine is created when it is needed, and discarded after each
 * failure and after an idle time. Nothing is lost with it, because the state of a worker is kept outside. Thread-safe.
 */
public final class Sandbox implements AutoCloseable {
    /** The properties of a loaded program: its initial state, and whether it has a reducer and an event handler. */
    public record Loaded(JsonNode initialState, boolean reduces, boolean acts) {}

    private final ScriptProgram program;
    private final boolean folds;
    private final ScriptLimits limits;
    private final Timers timers;
    private final SandboxThread thread = new SandboxThread();

    // Confined to the thread.
    private @Nullable ScriptEngine engine;
    private GuestCall current;
    private @Nullable HandlerInvocation handlerInvocation;
    private Duration lastUse;
    private boolean parking;

    private volatile boolean closed;

    /** A sandbox; with {@code folds} it is for reducing, and time and random numbers are computed from the event. */
    public Sandbox(ScriptProgram program, boolean folds, ScriptLimits limits, Timers timers) {
        this.program = program;
        this.folds = folds;
        this.limits = limits;
        this.timers = timers;
        this.current = new GuestCall("nothing", limits, timers);
        this.lastUse = timers.elapsed();
    }

    /** Loads the program and runs its top level. Fails with {@link ScriptException}. */
    public CompletableFuture<Loaded> load() {
        return thread.call(this::loadNow);
    }

    /** The next state; empty if it does not change. Fails with {@link ScriptException}. */
    public CompletableFuture<Optional<JsonNode>> reduce(JsonNode state, Event event) {
        return thread.call(() -> reduceNow(state, event));
    }

    /**
     * Passes an event to the program's handler. Only one event at a time.
     *
     * @param appends appends an event; if it throws a {@link ScriptException}, that ends the handling
     * @param chain the header of the program's requests
     * @return completes when the event is handled; fails with {@link ScriptException}, or with {@link
     *     CancellationException} if the sandbox is closed before that
     */
    public CompletableFuture<Void> handle(
            Event event,
            JsonNode state,
            JsonNode before,
            Function<EventDraft, CompletableFuture<AppendResult>> appends,
            FetchGateway fetchGateway,
            ChainHeader chain) {
        HandlerInvocation next = new HandlerInvocation(
                "handling " + event.path() + "@" + event.offset(),
                limits,
                timers,
                appends,
                fetchGateway,
                chain,
                program.gateway(),
                thread::execute,
                this::step);
        Timers.Timer wall = timers.after(limits.effectWall(), () -> thread.execute(() -> timeUp(next)));
        CompletableFuture<Void> begun = thread.call(() -> {
            begin(next, event, state, before);
            return null;
        });
        var unused = begun.whenComplete((nothing, failure) -> {
            if (failure != null) {
                next.done().completeExceptionally(failure);
            }
        });
        return next.done().whenComplete((nothing, failure) -> wall.cancel());
    }

    private Loaded loadNow() {
        GuestCall loading = new GuestCall("loading", limits, timers);
        loading.tell(program.loading(folds));
        try {
            discard();
            current = loading;
            ScriptEngine fresh =
                    new QuickJsEngine((operation, arguments) -> current.call(operation, arguments), limits.heapMib());
            engine = fresh;
            fresh.run(limits.effectCpu(), limits.effectCpu(), "loading");
            JsonNode answer = answerOf(loading, fresh, "the script does not load: ");
            used();
            return new Loaded(
                    checked(answer.path("initialState"), "the script has"),
                    answer.path("reduces").asBoolean(),
                    answer.path("acts").asBoolean());
        } catch (RuntimeException failure) {
            discard();
            throw failure;
        }
    }

    private ScriptEngine ready() {
        ScriptEngine there = engine;
        if (there != null && !there.isWorn()) {
            return there;
        }
        loadNow();
        ScriptEngine made = engine;
        if (made == null) {
            throw new CancellationException("the sandbox was closed");
        }
        return made;
    }

    private Optional<JsonNode> reduceNow(JsonNode state, Event event) {
        GuestCall folding = new GuestCall("reducing", limits, timers);
        try {
            ScriptEngine there = ready();
            ObjectNode message = JsonNodeFactory.instance.objectNode().put("kind", "reduce");
            message.put("at", event.createdAt().toEpochMilli()).put("seed", (int) event.offset());
            message.set("state", state);
            message.set("event", JsonCodec.toTree(event));
            folding.tell(message);
            current = folding;
            there.run(limits.reduceCpu(), limits.reduceCpu(), "reduce");
            JsonNode answer = answerOf(folding, there, "reduce threw ");
            used();
            return Optional.ofNullable(answer.get("state")).map(next -> checked(next, "reduce made"));
        } catch (RuntimeException failure) {
            discard();
            throw failure;
        }
    }

    private JsonNode checked(JsonNode state, String who) {
        int size = state.toString().length();
        if (size > limits.stateBytes()) {
            throw new ScriptException(
                    who + " a state of " + size + " characters of JSON, more than the limit of " + limits.stateBytes());
        }
        return state;
    }

    private void begin(HandlerInvocation next, Event event, JsonNode state, JsonNode before) {
        if (handlerInvocation != null) {
            throw new IllegalStateException(
                    next.what() + " started before " + handlerInvocation.what() + " had finished");
        }
        ready();
        handlerInvocation = next;
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("kind", "handle");
        message.set("event", JsonCodec.toTree(event));
        message.set("state", state);
        message.set("prevState", before);
        next.tell(message);
        step(next);
    }

    /** Runs the guest until it waits, and ends the handling if it is finished or waits for nothing. */
    private void step(HandlerInvocation stepping) {
        ScriptEngine there = engine;
        if (stepping != handlerInvocation || there == null) {
            return;
        }
        try {
            current = stepping;
            stepping.spend(there.run(stepping.cpuLeft(), limits.effectCpu(), stepping.what()));
        } catch (RuntimeException failure) {
            end(stepping, Optional.of(failure));
            return;
        }
        boolean answered = stepping.answer().isPresent();
        if (stepping.failure().isPresent() || (!answered && !stepping.isWaiting())) {
            end(stepping, Optional.of(failure(stepping, there, "")));
        } else if (answered && !stepping.isAppending()) {
            end(stepping, Optional.empty());
        }
    }

    private void timeUp(HandlerInvocation slow) {
        if (slow != handlerInvocation) {
            return;
        }
        if (slow.isAppending()) { // perhaps the stream is paused: this time does not count for the script
            timers.after(limits.effectWall(), () -> thread.execute(() -> timeUp(slow)));
        } else {
            end(
                    slow,
                    Optional.of(new ScriptException(slow.what() + " took longer than its time limit of "
                            + limits.effectWall().toMillis() + " ms")));
        }
    }

    private void end(HandlerInvocation ending, Optional<? extends RuntimeException> failure) {
        handlerInvocation = null;
        failure.ifPresentOrElse(why -> discard(), this::used);
        ending.end(failure);
    }

    private JsonNode answerOf(GuestCall asked, ScriptEngine there, String prefix) {
        Optional<JsonNode> answer = asked.answer();
        if (asked.failure().isPresent() || answer.isEmpty()) {
            throw failure(asked, there, prefix);
        }
        return answer.get();
    }

    private ScriptException failure(GuestCall asked, ScriptEngine there, String prefix) {
        String message = asked.failure()
                .map(thrown -> prefix + thrown)
                .orElse(asked.what() + " never ends: the script awaits a promise that nothing will resolve");
        boolean isHeap = message.contains("InternalError: out of memory") || there.isFull();
        return new ScriptException(
                isHeap
                        ? asked.what() + " needed more than its heap limit of " + limits.heapMib() + " MiB (" + message
                                + ")"
                        : message);
    }

    private void discard() {
        ScriptEngine old = engine;
        engine = null;
        if (old != null) {
            old.close();
        }
    }

    private void used() {
        lastUse = timers.elapsed();
        if (!parking && !closed) {
            parkAfter(limits.idle());
        }
    }

    /** Discards the engine if it was idle long enough. */
    private void park() {
        parking = false;
        Duration idle = handlerInvocation == null ? timers.elapsed().minus(lastUse) : Duration.ZERO;
        if (idle.compareTo(limits.idle()) >= 0) {
            discard();
        } else if (engine != null) {
            parkAfter(limits.idle().minus(idle));
        }
    }

    private void parkAfter(Duration wait) {
        parking = true;
        timers.after(wait, () -> thread.execute(this::park));
    }

    /** Interrupts a running call; an event in progress fails with {@link CancellationException}. */
    @Override
    public void close() {
        closed = true;
        thread.close(() -> {
            HandlerInvocation open = handlerInvocation;
            if (open != null) {
                end(open, Optional.of(new CancellationException(open.what() + " was stopped")));
            }
            discard();
        });
    }
}
