package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.internal.fetch.FetchGateway;
import dev.millrace.processors.script.internal.fetch.FetchRequest;
import dev.millrace.processors.script.internal.fetch.ResponseBudget;
import dev.millrace.processors.script.internal.fetch.StreamedResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handling of one event by a script. It grants appends to the script's stream, fetches through the gateway and
 * timers, each up to a limit. When the script has answered, open timers and fetches are cancelled; open appends are
 * waited for.
 */
final class HandlerInvocation extends GuestCall {
    private final Function<EventDraft, CompletableFuture<AppendResult>> sender;
    private final FetchGateway fetchGateway;
    private final ChainHeader chain;
    private final Optional<WorkerEvent.Header> gateway;
    private final Consumer<Runnable> thread;
    private final Runnable onMessage;
    private final Map<Integer, Runnable> open = new HashMap<>();
    private final Map<Integer, StreamedResponse> answers = new HashMap<>();
    private final ResponseBudget budget;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Duration cpuLeft;
    private int appends;
    private int openAppends;
    private boolean over;

    /** {@code thread} runs a task on the sandbox's thread; {@code onMessage} is called there for each new message. */
    HandlerInvocation(
            String what,
            ScriptLimits limits,
            Timers timers,
            Function<EventDraft, CompletableFuture<AppendResult>> sender,
            FetchGateway fetchGateway,
            ChainHeader chain,
            Optional<WorkerEvent.Header> gateway,
            Consumer<Runnable> thread,
            Consumer<HandlerInvocation> onMessage) {
        super(what, limits, timers);
        this.sender = sender;
        this.fetchGateway = fetchGateway;
        this.chain = chain;
        this.gateway = gateway;
        this.thread = thread;
        this.onMessage = () -> onMessage.accept(this);
        this.budget = new ResponseBudget(limits.responseBytes());
        this.cpuLeft = limits.effectCpu();
    }

    CompletableFuture<Void> done() {
        return done;
    }

    Duration cpuLeft() {
        return cpuLeft;
    }

    void spend(Duration cpu) {
        Duration left = cpuLeft.minus(cpu);
        cpuLeft = left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
    }

    boolean isWaiting() {
        return !open.isEmpty() || openAppends > 0;
    }

    boolean isAppending() {
        return openAppends > 0;
    }

    /** Ends the handling: cancels open operations and ignores their results. */
    void end(Optional<? extends Throwable> why) {
        over = true;
        List.copyOf(open.values()).forEach(Runnable::run);
        open.clear();
        List.copyOf(answers.values()).forEach(StreamedResponse::close);
        answers.clear();
        why.ifPresentOrElse(done::completeExceptionally, () -> done.complete(null));
    }

    @Override
    JsonNode ask(String operation, JsonNode arguments) {
        int id = arguments.path("id").asInt();
        switch (operation) {
            case "append" -> append(id, arguments.path("input"));
            case "sleep" -> sleep(id, arguments.path("millis").asLong());
            case "fetch" -> fetch(id, arguments);
            case "read" -> read(id, arguments.path("answer").asInt());
            case "cancel" -> cancel(arguments.path("operation").asInt());
            default -> throw new ScriptEngine.Refusal("unknown operation '" + operation + "'");
        }
        return NullNode.instance;
    }

    private void append(int id, JsonNode input) {
        EventDraft draft = EventDraft.of(ScriptEventReader.read(input)).withForeignKey();
        appends++;
        if (appends > limits().appends()) {
            throw new ScriptException(what() + " appended more than its limit of " + limits().appends() + " events");
        }
        CompletableFuture<AppendResult> sent;
        try {
            sent = sender.apply(draft.named(String.valueOf(appends)));
        } catch (ScriptException forbidden) {
            throw forbidden;
        } catch (RuntimeException refused) {
            throw new ScriptEngine.Refusal("append: " + refused.getMessage());
        }
        openAppends++;
        var unused = sent.whenComplete((appended, failure) -> thread.accept(() -> {
            openAppends--;
            settle(id, failure == null ? Optional.of(JsonCodec.toTree(appended.event())) : Optional.empty(), failure);
        }));
    }

    private void sleep(int id, long millis) {
        countOpen();
        Timers.Timer timer = timers().after(
                        Duration.ofMillis(Math.max(0, Math.min(millis, Integer.MAX_VALUE))),
                        () -> thread.accept(() -> {
                            if (open.remove(id) != null) {
                                settle(id, Optional.of(NullNode.instance), null);
                            }
                        }));
        open.put(id, timer::cancel);
    }

    private void fetch(int id, JsonNode arguments) {
        countOpen();
        FetchGateway.Exchange exchange = fetchGateway.send(FetchRequest.read(arguments), chain, gateway, budget);
        open.put(id, exchange::cancel);
        var unused = exchange.answer()
                .whenComplete((streamedResponse, failure) -> thread.accept(() -> {
                    boolean wanted = open.remove(id) != null && !over;
                    if (streamedResponse != null && wanted) {
                        answers.put(id, streamedResponse);
                        settle(id, Optional.of(streamedResponse.head(id)), null);
                    } else if (streamedResponse != null) {
                        streamedResponse.close();
                    } else if (wanted) {
                        settle(id, Optional.empty(), failure);
                    }
                }));
    }

    private void read(int id, int answerId) {
        StreamedResponse streamedResponse = answers.get(answerId);
        if (streamedResponse == null) {
            throw new ScriptEngine.Refusal(
                    "this body was cancelled, or belongs to another event; read a body while its own event is handled");
        }
        countOpen();
        open.put(id, streamedResponse::close);
        var unused = streamedResponse
                .read()
                .whenComplete((chunk, failure) -> thread.accept(() -> {
                    if (open.remove(id) == null) {
                        return;
                    }
                    ObjectNode piece = JsonNodeFactory.instance.objectNode();
                    if (chunk != null && chunk.isPresent()) {
                        byte[] bytes = chunk.get().getBytes(StandardCharsets.ISO_8859_1);
                        piece.put("done", false)
                                .put("chunk", Base64.getEncoder().encodeToString(bytes));
                    } else {
                        piece.put("done", true);
                        answers.remove(answerId);
                        streamedResponse.close();
                    }
                    settle(id, failure == null ? Optional.of(piece) : Optional.empty(), failure);
                }));
    }

    private void cancel(int operation) {
        Runnable action = open.remove(operation);
        if (action != null) {
            action.run();
        }
        StreamedResponse streamedResponse = answers.remove(operation);
        if (streamedResponse != null) {
            streamedResponse.close();
        }
    }

    private void countOpen() {
        if (open.size() + answers.size() >= ScriptLimits.OPEN_OPERATIONS) {
            throw new ScriptException(what() + " has more than its limit of " + ScriptLimits.OPEN_OPERATIONS
                    + " timers and fetches open at a time");
        }
    }

    private void settle(int id, Optional<JsonNode> value, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        ObjectNode message =
                JsonNodeFactory.instance.objectNode().put("kind", "settle").put("id", id);
        if (failure == null) {
            message.set("value", value.orElse(NullNode.instance));
        } else {
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            message.putObject("error").put("message", String.valueOf(cause.getMessage()));
        }
        tell(message);
        onMessage.run();
    }
}
