package dev.millrace.client;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads of one stream that wait for their answer. Safe for use by many threads. */
final class LogReads {
    private static final int PAGE = 256;
    private static final ReadRange FIRST = ReadRange.builder().limit(1).build();
    private static final ReadRange NEWEST =
            ReadRange.builder().descending(true).limit(1).build();

    private final EventStreams streams;
    private final StreamPath path;

    LogReads(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.path = path;
    }

    /** Which life of the stream this is; empty when the service does not say. */
    String incarnation(Duration limit) {
        return get(streams.read(path, FIRST), limit).stream()
                .flatMap(event -> event.metadata().stream())
                .map(metadata -> metadata.path("millrace").path("incarnation").asText())
                .findFirst()
                .orElse("");
    }

    /** The newest offset; 0 when there is none. */
    long head(Duration limit) {
        return get(streams.read(path, NEWEST), limit).stream()
                .mapToLong(Event::offset)
                .findFirst()
                .orElse(0);
    }

    /** Some of the events after an offset, the next one first; empty when there are none. */
    List<Event> after(long offset, Duration limit) {
        return get(
                streams.read(
                        path,
                        ReadRange.builder().afterOffset(offset).limit(PAGE).build()),
                limit);
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
