package dev.millrace.core;

import dev.millrace.core.runner.BlockingCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The blocking form of {@link EventStreams}: each method calls the method with the same name there, waits for its
 * result and returns it. Immutable, and safe for use by many threads. Do not call it from a {@link Subscriber}, from an
 * effect, or on a thread that must not wait.
 *
 * <p>Every method throws a {@link StreamException}: the refusal of the service, or {@code TIMEOUT} if there is no
 * answer within the limit, or if the thread is interrupted (it stays interrupted). After the {@code TIMEOUT} of an
 * append, the event may or may not be stored. Repeat the append only if it has an idempotency key.
 *
 * @since 0.1
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

    public AppendResult append(StreamPath path, Object payload) {
        return append(path, () -> streams.append(path, payload));
    }

    public AppendResult append(String path, Object payload) {
        return append(StreamPath.of(path), payload);
    }

    public List<AppendResult> appendAll(StreamPath path, List<EventInput> inputs) {
        return append(path, () -> streams.appendAll(path, inputs));
    }

    public List<Event> read(StreamPath path, ReadRange range) {
        return await(path, "read", streams.read(path, range));
    }

    public List<Event> read(String path, ReadRange range) {
        return read(StreamPath.of(path), range);
    }

    public StreamState state(StreamPath path) {
        return await(path, "state", streams.state(path));
    }

    /** The state as it was at an offset. */
    public StreamState state(StreamPath path, long at) {
        return await(path, "state", streams.state(path, at));
    }

    public List<StreamSummary> list(StreamPath path) {
        return await(path, "list", streams.list(path));
    }

    public void fork(StreamPath from, long at, StreamPath to) {
        await(from, "fork", streams.fork(from, at, to));
    }

    public DestroyResult destroy(StreamPath path, boolean children) {
        return await(path, "destroy", streams.destroy(path, children));
    }

    /** This thread waits, so an engine in this process may use it. */
    private <T> T append(StreamPath path, Supplier<CompletableFuture<T>> call) {
        long end = System.nanoTime() + limit.toNanos();
        CompletableFuture<T> answer = BlockingCall.start(limit, call);
        return await(path, "append", answer, end - System.nanoTime());
    }

    private <T> T await(StreamPath path, String what, CompletableFuture<T> answer) {
        return await(path, what, answer, limit.toNanos());
    }

    private <T> T await(StreamPath path, String what, CompletableFuture<T> answer, long nanos) {
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw failure(path, what, e);
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw timeout(
                    path,
                    what + " failed: " + path + "; no answer within " + limit
                            + "; check the service, or set a longer limit",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw timeout(path, what + " failed: " + path + "; the thread was interrupted", e);
        }
    }

    /** Makes a new exception, so that its stack trace shows the caller. */
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
