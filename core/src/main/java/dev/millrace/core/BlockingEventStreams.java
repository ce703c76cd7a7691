package dev.millrace.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@link EventStreams} for code that waits: what gives a future there returns, or throws, here. Immutable, and safe for use
 * by many threads. Do not call it from a {@link Subscriber}, from an effect or on a thread that must not wait.
 *
 * <p>Every method throws a {@link StreamException}: the refusal of the service, or {@code TIMEOUT} when there was no
 * answer within the limit. After a {@code TIMEOUT} of an append it is not known whether the event is stored; an
 * idempotency key makes it safe to append again. A thread that is interrupted gets a {@code TIMEOUT} as well, and stays
 * interrupted.
 */
public final class BlockingEventStreams {
    private final EventStreams streams;
    private final Duration limit;

    BlockingEventStreams(EventStreams streams, Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("the limit of a blocking call must be positive, got " + limit);
        }
        this.streams = streams;
        this.limit = limit;
    }

    /** As {@link EventStreams#append(StreamPath, Object)}. */
    public AppendResult append(StreamPath path, Object payload) {
        return await(path, "append", streams.append(path, payload));
    }

    /** As {@link EventStreams#append(String, Object)}. */
    public AppendResult append(String path, Object payload) {
        return append(StreamPath.of(path), payload);
    }

    /** As {@link EventStreams#appendAll}. */
    public List<AppendResult> appendAll(StreamPath path, List<EventInput> inputs) {
        return await(path, "append", streams.appendAll(path, inputs));
    }

    /** As {@link EventStreams#read(StreamPath, ReadRange)}. */
    public List<Event> read(StreamPath path, ReadRange range) {
        return await(path, "read", streams.read(path, range));
    }

    /** As {@link EventStreams#read(String, ReadRange)}. */
    public List<Event> read(String path, ReadRange range) {
        return read(StreamPath.of(path), range);
    }

    /** As {@link EventStreams#state(StreamPath)}. */
    public StreamState state(StreamPath path) {
        return await(path, "state", streams.state(path));
    }

    /** As {@link EventStreams#list}. */
    public List<StreamSummary> list(StreamPath path) {
        return await(path, "list", streams.list(path));
    }

    /** As {@link EventStreams#fork(StreamPath, long, StreamPath)}. */
    public void fork(StreamPath from, long at, StreamPath to) {
        await(from, "fork", streams.fork(from, at, to));
    }

    /** As {@link EventStreams#destroy}. */
    public DestroyResult destroy(StreamPath path, boolean children) {
        return await(path, "destroy", streams.destroy(path, children));
    }

    private <T> T await(StreamPath path, String what, CompletableFuture<T> answer) {
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw failure(path, what, e);
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw timeout(path, what + " failed: " + path + "; no answer within " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw timeout(path, what + " failed: " + path + "; the thread was interrupted", e);
        }
    }

    /** With the stack of the caller, who would not know the thread on which it failed. */
    private static StreamException failure(StreamPath path, String what, Exception e) {
        Throwable cause = e.getCause();
        return cause instanceof StreamException refusal
                ? new StreamException(
                        refusal.code(), refusal.path().orElse(null), String.valueOf(refusal.getMessage()), refusal)
                : new StreamException(
                        StreamException.Code.INTERNAL, path, what + " failed: " + path + "; " + cause, cause);
    }

    private static StreamException timeout(StreamPath path, String message, Exception e) {
        return new StreamException(StreamException.Code.TIMEOUT, path, message, e);
    }
}
