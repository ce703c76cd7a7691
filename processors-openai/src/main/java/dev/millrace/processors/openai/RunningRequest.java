package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.AgentEvent.ChunkAdded;
import dev.millrace.processors.openai.AgentEvent.ItemCompleted;
import dev.millrace.processors.openai.AgentEvent.RequestCompleted;
import dev.millrace.processors.openai.AgentEvent.RetryScheduled;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Records the answer to one request as events; the last event is its end. It is finished when that event is durable,
 * when an append fails, or when its background task is cancelled. If an append is refused permanently, for example
 * because an item is too large for an event, the request ends as failed: sending it again would not help.
 *
 * <p>The answer arrives on one thread; chunks are sent on another one after their time limit. Both may wait for an
 * append.
 */
final class RunningRequest implements RetryingModelCall.Sink {
    private static final int MOST_REASON = 500;

    private final long requestId;
    private final Timers timers;
    private final BooleanSupplier isOver;
    private final BackgroundTask<?> attempt;
    private final RequestEventAppender log;
    private final ChunkCoalescer chunks;
    private final RetryingModelCall call;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Instant begin;
    private Optional<Long> ttftMs = Optional.empty();

    /**
     * A reply to the request that started at offset {@code requestId}; {@code isOver} tells whether the log has an end
     * of it.
     */
    RunningRequest(
            BackgroundTask<?> attempt,
            long requestId,
            BooleanSupplier isOver,
            ResponsesClient client,
            JsonNode body,
            Timers timers,
            RandomGenerator random) {
        this.attempt = attempt;
        this.requestId = requestId;
        this.isOver = isOver;
        this.timers = timers;
        this.log = new RequestEventAppender(attempt, requestId);
        this.chunks = new ChunkCoalescer(timers, ProcessorRunner.sharedThreads(), this::append);
        this.call = new RetryingModelCall(client, body, timers, random, this);
        this.begin = timers.now();
    }

    /**
     * Sends the request to the model. The stage completes when the reply has ended; it fails if an append fails and no
     * end can be recorded.
     */
    CompletionStage<Void> send() {
        var unused = log.broken().whenComplete((nothing, failure) -> {
            stop();
            broken(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
        });
        attempt.onCancel(() -> {
            stop();
            done.complete(null);
        });
        call.send();
        return done;
    }

    private void broken(Throwable failure) {
        if (attempt.isCancelled() || isOver.getAsBoolean() || !isForGood(failure)) {
            done.completeExceptionally(failure);
            return;
        }
        String reason = String.valueOf(failure.getMessage());
        AgentEvent end = RequestFailure.of(
                        FailureKind.NOT_RECORDED,
                        "the answer of the model could not be stored: "
                                + reason.substring(0, Math.min(reason.length(), MOST_REASON)))
                .asEvent(requestId);
        var unused = new RequestEventAppender(attempt, requestId).end(end).whenComplete((nothing, alsoRefused) -> {
            if (alsoRefused == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
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
        call.cancel();
        chunks.close();
    }

    @Override
    public void delta(Delta delta) {
        spoke();
        chunks.add(delta);
    }

    @Override
    public void item(int outputIndex, JsonNode item) {
        spoke();
        chunks.flush();
        add(new ItemCompleted(requestId, outputIndex, item));
    }

    @Override
    public void retrying(RequestFailure failure, int failedTries, Duration delay) {
        add(new RetryScheduled(
                requestId, failedTries, delay.toMillis(), failure.kind().wireName(), failure.message()));
    }

    @Override
    public void end(ModelCallResult modelCallResult) {
        chunks.flush();
        AgentEvent last = modelCallResult instanceof ModelCallResult.Finished finished
                ? completed(finished)
                : ((RequestFailure) modelCallResult).asEvent(requestId);
        var unused = log.end(last).thenRun(() -> done.complete(null));
    }

    private RequestCompleted completed(ModelCallResult.Finished finished) {
        return new RequestCompleted(
                requestId,
                finished.responseId(),
                finished.model(),
                finished.incompleteReason().isPresent() ? "incomplete" : "completed",
                finished.incompleteReason(),
                finished.usage(),
                sinceBegin(),
                ttftMs);
    }

    private void append(ChunkCoalescer.Chunk chunk) {
        add(new ChunkAdded(requestId, chunk.outputIndex(), chunk.kind(), chunk.text(), chunk.seqFrom(), chunk.seqTo()));
    }

    /** Appends an event. If the log already has an end of the request, this reply is cancelled instead. */
    private void add(AgentEvent event) {
        if (isOver.getAsBoolean()) {
            attempt.cancel();
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
        return Math.max(0, Duration.between(begin, timers.now()).toMillis());
    }
}
