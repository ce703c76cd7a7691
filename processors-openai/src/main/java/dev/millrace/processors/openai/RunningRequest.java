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
 * One request under way: what the model says becomes events, and the last of them says how it ended. It is over when
 * that one is durable, when an append fails, or when its attempt is cancelled. An append that is refused for good, such
 * as an item over the limit of an event, ends the request as failed, because asking again would only be refused again.
 *
 * <p>The model's answer arrives on one thread, chunks whose time is over are sent on another. Both may wait for an append.
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
     * A reply that is not sent yet.
     *
     * @param requestId the offset of the request's start
     * @param isOver whether the log says that the request has ended, in whatever way
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

    /** Asks the model. The stage ends when the reply is over; it fails when an append does and no end can be recorded. */
    CompletionStage<Void> send() {
        log.broken().whenComplete((nothing, failure) -> {
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
                        "the model's answer could not be recorded: "
                                + reason.substring(0, Math.min(reason.length(), MOST_REASON)))
                .asEvent(requestId);
        new RequestEventAppender(attempt, requestId).end(end).whenComplete((nothing, alsoRefused) -> {
            if (alsoRefused == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    /** Whether the same append would be refused again; what was given up, or may pass, leaves the request to recovery. */
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
    public void end(ModelCallResult outcome) {
        chunks.flush();
        AgentEvent last = outcome instanceof ModelCallResult.Finished finished
                ? completed(finished)
                : ((RequestFailure) outcome).asEvent(requestId);
        log.end(last).thenRun(() -> done.complete(null));
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

    /** Appends, unless the request has ended in the log: then somebody else has taken over, and this reply is over. */
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
