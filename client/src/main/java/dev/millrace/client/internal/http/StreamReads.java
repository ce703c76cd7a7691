package dev.millrace.client.internal.http;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reader of one stream. Thread-safe. */
public final class StreamReads {
    private static final ReadRange FIRST = ReadRange.builder().limit(1).build();
    private static final ReadRange NEWEST =
            ReadRange.builder().descending(true).limit(1).build();

    private final EventStreams streams;
    private final StreamPath path;

    public StreamReads(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.path = path;
    }

    /** The incarnation of the stream; empty if the service does not send it. Blocks. */
    public String incarnation(Duration limit) {
        return incarnation(get(streams.read(path, FIRST), limit));
    }

    private static String incarnation(List<Event> first) {
        return first.stream()
                .flatMap(event -> event.metadata().stream())
                .map(metadata -> metadata.path("millrace").path("incarnation").asText())
                .findFirst()
                .orElse("");
    }

    /**
     * The incarnation of a stream, empty if the service does not send it, and its newest offset, 0 if there is none.
     */
    public record Head(String incarnation, long offset) {}

    /** Reads both; fails with {@code UNAVAILABLE} if the stream is destroyed and created again meanwhile. */
    public CompletableFuture<Head> readHead() {
        return incarnation()
                .thenCompose(before -> streams.read(path, NEWEST)
                        .thenCompose(newest -> incarnation().thenApply(after -> {
                            if (!before.equals(after)) {
                                throw new StreamException(
                                        StreamException.Code.UNAVAILABLE,
                                        path,
                                        "read failed: " + path
                                                + "; the stream was destroyed and created again meanwhile; read it again");
                            }
                            return new Head(
                                    after, newest.isEmpty() ? 0 : newest.get(0).offset());
                        })));
    }

    private CompletableFuture<String> incarnation() {
        return streams.read(path, FIRST).thenApply(StreamReads::incarnation);
    }

    public CompletableFuture<List<Event>> read(ReadRange range) {
        return streams.read(path, range);
    }

    /** True if the same read may succeed later. */
    public static boolean isRetryable(Throwable failure) {
        Throwable why =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return why instanceof StreamException refusal && refusal.isRetryable();
    }

    private <T> T get(CompletableFuture<T> answer, Duration limit) {
        try {
            return answer.get(Math.max(1, limit.toNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StreamException failure
                    ? failure
                    : new StreamException(
                            StreamException.Code.INTERNAL, path, "read failed: " + path + "; " + e.getCause(), e);
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw new StreamException(
                    StreamException.Code.TIMEOUT, path, "read failed: " + path + "; no answer within " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamException(StreamException.Code.UNAVAILABLE, path, "read failed: interrupted", e);
        }
    }
}
