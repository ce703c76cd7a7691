package dev.millrace.engine.internal.append;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.commit.StoreWriter;
import dev.millrace.engine.internal.commit.WriteTask;
import dev.millrace.engine.internal.threads.LongWork;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The import of streams. A thread for long work reads and checks the whole log; the writer then stores it in one
 * transaction. Thread-safe.
 */
public final class StreamImporter {
    private final StoreReader store;
    private final StoreWriter writer;
    private final LongWork longWork;
    private final StreamCreation streamCreation;
    private final EventClock clock;

    public StreamImporter(
            StoreReader store, StoreWriter writer, LongWork longWork, StreamCreation streamCreation, EventClock clock) {
        this.store = store;
        this.writer = writer;
        this.longWork = longWork;
        this.streamCreation = streamCreation;
        this.clock = clock;
    }

    /** Creates a stream from a log; {@code reader} reads it, and gets the time of the clock. */
    public CompletableFuture<StreamHead> importLog(StreamKey stream, Function<Instant, ImportedLog> reader) {
        CompletableFuture<StreamHead> answer = new CompletableFuture<>();
        var unused = longWork.supply(stream, () -> {
                    if (store.head(stream).isPresent()) {
                        throw taken(stream);
                    }
                    return reader.apply(clock.now());
                })
                .whenComplete((log, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        submit(stream, log, answer);
                    }
                });
        return answer;
    }

    private void submit(StreamKey stream, ImportedLog log, CompletableFuture<StreamHead> answer) {
        var unused = writer.submit(task(stream, log)).whenComplete((head, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(head);
            }
        });
    }

    /** It is alone in its transaction: if the store fails, no other append must fail. */
    private WriteTask<StreamHead> task(StreamKey stream, ImportedLog log) {
        return new WriteTask<>(stream, 0, true, commitBatch -> {
            if (commitBatch.head(stream).isPresent()) {
                throw taken(stream);
            }
            StreamHead head = streamCreation.importLog(commitBatch, stream, log, clock.now());
            return () -> head;
        });
    }

    private static StreamException taken(StreamKey stream) {
        return new StreamException(
                Code.CONFLICT,
                stream.path(),
                "import refused: " + stream + " exists already; nothing was stored; choose a path without a stream");
    }
}
