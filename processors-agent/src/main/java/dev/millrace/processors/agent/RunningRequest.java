package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RetryScheduled;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.internal.ChunkCoalescer;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.Usage;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Sends one request and records the answer as events; the last event is its end. It is finished when that event is
 * durable, when an append fails, or when its background task is cancelled. If the log cannot be read for the prompt, or
 * an append is refused permanently, for example because an item is too large for an event, the request ends as failed:
 * sending it again would not help.
 *
 * <p>The answer arrives on one thread; chunks are sent on another one after their time limit. Both may wait for an
 * append.
 */
final class RunningRequest implements RetryingModelCall.Sink {
    private static final int MOST_REASON = 500;

    private final BackgroundTask<AgentState> task;
    private final OpenRequest open;
    private final AgentState state;
    private final Model model;
    private final PromptDefaults defaults;
    private final Timers timers;
    private final RandomGenerator random;
    private final Executor executor;
    private final RequestEventAppender log;
    private final ChunkCoalescer chunks;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Duration begin;
    private volatile Runnable stopCall = () -> {};
    private volatile CallIds callIds = new CallIds();
    private Optional<Long> ttftMs = Optional.empty();
    private long chunksLength;
    private long itemsLength;

    /** The request {@code open}, which is open in {@code state}. */
    RunningRequest(
            BackgroundTask<AgentState> task,
            OpenRequest open,
            AgentState state,
            Model model,
            PromptDefaults defaults,
            Timers timers,
            RandomGenerator random,
            Executor executor) {
        this.task = task;
        this.open = open;
        this.state = state;
        this.model = model;
        this.defaults = defaults;
        this.timers = timers;
        this.random = random;
        this.executor = executor;
        this.log = new RequestEventAppender(task, open.id());
        this.chunks = new ChunkCoalescer(timers, executor, this::append);
        this.begin = timers.elapsed();
    }

    /**
     * Reads the prompt and sends it to the model. The stage completes when the reply has ended; it fails if an append
     * fails and no end can be recorded.
     */
    CompletionStage<Void> send() {
        var unusedBroken = log.broken().whenComplete((nothing, failure) -> {
            stop();
            broken(cause(failure), "the answer of the model could not be stored: ");
        });
        task.onCancel(() -> {
            stop();
            done.complete(null);
        });
        var unused = new PromptReader(task::read)
                .read(open, state, defaults, model)
                .thenAccept(this::send)
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        broken(cause(failure), "the request to the model could not be made from the log: ");
                    }
                });
        return done;
    }

    private void send(Prompt prompt) {
        callIds = CallIds.of(prompt);
        RetryingModelCall call = new RetryingModelCall(model, prompt, timers, random, executor, this);
        stopCall = call::cancel;
        if (!task.isCancelled() && !done.isDone()) {
            call.send();
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private void broken(Throwable failure, String what) {
        if (task.isCancelled() || isOver() || !isForGood(failure)) {
            done.completeExceptionally(failure);
            return;
        }
        String reason = String.valueOf(failure.getMessage() == null ? failure : failure.getMessage());
        AgentEvent end = failed(ModelFailure.of(
                FailureKind.NOT_RECORDED, what + reason.substring(0, Math.min(reason.length(), MOST_REASON))));
        var unused = new RequestEventAppender(task, open.id()).end(end).whenComplete((nothing, alsoRefused) -> {
            if (alsoRefused == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    /** Whether the log has an end of the request. */
    private boolean isOver() {
        return task.current().closedThrough() >= open.id();
    }

    /**
     * Whether the same append would be refused again. After cancelled or temporary failures, the next start recovers
     * the request.
     */
    private static boolean isForGood(Throwable failure) {
        boolean mayPass = failure instanceof StreamException refusal
                && (refusal.isRetryable() || refusal.code() == StreamException.Code.PAUSED);
        return !mayPass && !(failure instanceof CancellationException);
    }

    private void stop() {
        stopCall.run();
        chunks.close();
    }

    @Override
    public void delta(Delta delta) {
        spoke();
        chunksLength += delta.text().length();
        chunks.add(delta);
    }

    @Override
    public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {
        spoke();
        itemsLength += item.length();
        chunks.flush();
        add(new ItemCompleted(open.id(), outputIndex, named(item), opaque));
    }

    /** Events name a call by its id, so it must be unique in the stream; providers repeat ids. */
    private ModelItem named(ModelItem item) {
        return item instanceof ToolCall call
                ? new ToolCall(callIds.unique(call.callId()), call.name(), call.arguments())
                : item;
    }

    @Override
    public void retrying(ModelFailure failure, int failedTries, Duration delay) {
        add(new RetryScheduled(
                open.id(), failedTries, delay.toMillis(), failure.kind().wireName(), failure.message()));
    }

    @Override
    public void learned(String parameter, ModelFailure failure) {
        add(new CapabilityLearned(
                open.id(), model.baseUrl(), open.origin().model(), parameter, false, Optional.of(failure.message())));
    }

    @Override
    public void end(ModelResult result) {
        chunks.flush();
        AgentEvent last =
                result instanceof ModelResult.Response response ? completed(response) : failed((ModelFailure) result);
        var unused = log.end(last).thenRun(() -> done.complete(null));
    }

    private RequestCompleted completed(ModelResult.Response response) {
        return new RequestCompleted(
                open.id(),
                response.responseId(),
                response.model(),
                response.incompleteReason().isPresent() ? "incomplete" : "completed",
                response.incompleteReason(),
                usage(response),
                sinceBegin(),
                ttftMs);
    }

    private RequestFailed failed(ModelFailure failure) {
        return new RequestFailed(
                open.id(),
                failure.kind().wireName(),
                failure.code(),
                failure.status().isPresent() ? Optional.of(failure.status().getAsInt()) : Optional.empty(),
                failure.message(),
                failure.providerRequestId(),
                failure.retryable(),
                failure.retryAfter()
                        .filter(asked -> asked.compareTo(RetryingModelCall.LONGEST_WAIT) > 0)
                        .map(asked -> timers.now().plus(asked).truncatedTo(ChronoUnit.MILLIS)),
                usage(failure));
    }

    /** What the provider said; else an estimate, of the prompt only if the model may have read it. */
    private Optional<Usage> usage(ModelResult result) {
        boolean refused =
                result instanceof ModelFailure failure && failure.status().isPresent();
        long promptLength = refused ? 0 : open.promptLength();
        return result.usage().or(() -> Optional.of(Usage.estimated(promptLength, Math.max(chunksLength, itemsLength))));
    }

    private void append(ChunkCoalescer.Chunk chunk) {
        add(new ChunkAdded(open.id(), chunk.outputIndex(), chunk.kind(), chunk.text(), chunk.seqFrom(), chunk.seqTo()));
    }

    /** Appends an event. If the log already has an end of the request, this reply is cancelled instead. */
    private void add(AgentEvent event) {
        if (isOver()) {
            task.cancel();
        } else {
            log.add(event);
        }
    }

    private void spoke() {
        if (ttftMs.isEmpty()) {
            ttftMs = Optional.of(sinceBegin());
        }
    }

    private long sinceBegin() {
        return timers.elapsed().minus(begin).toMillis();
    }
}
