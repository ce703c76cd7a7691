package dev.millrace.engine;

import dev.millrace.core.Destroyed;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscription;
import dev.millrace.core.processor.ProcessorProvider;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Streams in one process. SKELETON: signatures only, the implementation lands next. */
public final class StreamEngine implements AutoCloseable {
    private StreamEngine() {}

    /** An engine over a store; closing the engine closes the store. */
    public static Builder builder(EventStore store) {
        throw new UnsupportedOperationException("skeleton " + store);
    }

    /** The port for one project; this is what processors, tests and applications use. */
    public EventStreams streams(ProjectSlug project) {
        throw new UnsupportedOperationException("skeleton");
    }

    /**
     * Appends raw inputs, each one JSON value in UTF-8, all of them or none.
     *
     * @return completes when durable; fails with {@link dev.millrace.core.StreamException}
     */
    public CompletableFuture<List<AppendedRecord>> append(ProjectSlug project, StreamPath path, List<byte[]> inputs) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Creates the stream if it does not exist, as every read does, and answers its head. */
    public CompletableFuture<StreamHead> touch(ProjectSlug project, StreamPath path) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** The head of a stream; does not create it. Blocks for one look-up. */
    public Optional<StreamHead> head(ProjectSlug project, StreamPath path) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** One page of stored records; does not create the stream. Blocks for one read. */
    public List<EventRecord> read(ProjectSlug project, StreamPath path, RecordRange range) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Delivers everything after an offset and stays live until closed. Creates the stream. Returns at once. */
    public Subscription tail(ProjectSlug project, StreamPath path, long afterOffset, RecordSink sink) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Folds the stream to its current head. Creates the stream. */
    public CompletableFuture<StreamState> state(ProjectSlug project, StreamPath path) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** As {@link EventStreams#list}. */
    public CompletableFuture<List<StreamSummary>> list(ProjectSlug project, StreamPath path) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** As {@link EventStreams#destroy}. */
    public CompletableFuture<Destroyed> destroy(ProjectSlug project, StreamPath path, boolean children) {
        throw new UnsupportedOperationException("skeleton");
    }

    /** The limits in force. */
    public Limits limits() {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Stops taking appends, lets hosted processors finish until the deadline, commits, and closes the store. */
    public void stop(Duration deadline) {
        throw new UnsupportedOperationException("skeleton");
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** Configures an engine. */
    public static final class Builder {
        private Builder() {}

        /** Clock and timers; the system's by default. */
        public Builder timers(Timers timers) {
            return this;
        }

        /** The limits; {@link Limits#defaults()} by default. */
        public Builder limits(Limits limits) {
            return this;
        }

        /** The processors this engine can host; none by default. */
        public Builder processors(List<ProcessorProvider> providers) {
            return this;
        }

        /** What hosted processors may ask for by name; nothing by default. */
        public Builder settings(Map<String, String> settings) {
            return this;
        }

        /** Starts the writer and the hosted processors. */
        public StreamEngine start() {
            return new StreamEngine();
        }
    }
}
