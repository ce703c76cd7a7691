package dev.millrace.engine;

import dev.millrace.core.DestroyResult;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscription;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.internal.append.IncarnationIds;
import dev.millrace.engine.internal.append.PagedLogReader;
import dev.millrace.engine.internal.append.PreparedEvent;
import dev.millrace.engine.internal.hosting.ProviderRegistry;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Streams in one process. One writer thread decides about appends and stores them in groups; readers and live tails
 * never wait for it, nor it for them. Safe for use by many threads.
 *
 * <p>Every future completes on a delivery thread, after the commit and never on the writer, and fails only with {@link
 * StreamException}. What an acknowledged append stored is seen by every read that begins later. When appends come faster
 * than the store takes them, {@code append} itself waits for up to a second and then fails with {@code UNAVAILABLE}.
 */
public final class StreamEngine implements AutoCloseable {
    private final EngineComponents parts;
    private final KnownEvents knownEvents;

    private StreamEngine(Builder builder) {
        ProviderRegistry providers = new ProviderRegistry(builder.providers);
        this.knownEvents = providers.events();
        this.parts = new EngineComponents(
                builder.store,
                builder.timers,
                builder.limits,
                builder.incarnations,
                providers,
                builder.settings,
                builder.secrets,
                this::streams);
    }

    /** An engine over a store; closing the engine closes the store. */
    public static Builder builder(EventStore store) {
        return new Builder(store);
    }

    /** The port for one project; this is what processors, tests and applications use. */
    public EventStreams streams(ProjectSlug project) {
        return new EngineEventStreams(this, project);
    }

    /**
     * Appends raw inputs, each one JSON value in UTF-8, all of them or none.
     *
     * @return completes when durable; fails with {@link dev.millrace.core.StreamException}
     */
    public CompletableFuture<List<AppendedRecord>> append(ProjectSlug project, StreamPath path, List<byte[]> inputs) {
        return append(project, path, inputs, type -> {});
    }

    /**
     * As {@link #append(ProjectSlug, StreamPath, List)}, if nothing objects to the types.
     *
     * @param permit gets the type under which each event will be stored, in order and on the calling thread, before
     *     anything is done: for an input that breaks the rules that is {@code invalid-event-appended}. What it throws is
     *     what the future fails with
     */
    public CompletableFuture<List<AppendedRecord>> append(
            ProjectSlug project, StreamPath path, List<byte[]> inputs, Consumer<String> permit) {
        return append(new StreamKey(project, path), inputs, permit, answers -> answers);
    }

    /** As {@link #append(ProjectSlug, StreamPath, List, Consumer)}, with inputs that were parsed already. */
    public CompletableFuture<List<AppendedRecord>> appendParsed(
            ProjectSlug project, StreamPath path, List<ParsedInput> inputs, Consumer<String> permit) {
        return submit(
                new StreamKey(project, path), () -> parts.reader().take(path, inputs), permit, answers -> answers);
    }

    /** As the public one; the answers are converted on a delivery thread. */
    <T> CompletableFuture<T> append(
            StreamKey stream, List<byte[]> inputs, Consumer<String> permit, Function<List<AppendedRecord>, T> view) {
        return submit(stream, () -> parts.reader().read(stream.path(), inputs), permit, view);
    }

    private <T> CompletableFuture<T> submit(
            StreamKey stream,
            Supplier<List<PreparedEvent>> inputs,
            Consumer<String> permit,
            Function<List<AppendedRecord>, T> view) {
        List<PreparedEvent> read;
        try {
            read = inputs.get();
            read.forEach(input -> permit.accept(input.type()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return parts.writer().submit(parts.appends().request(stream, read, view));
    }

    /**
     * Makes a new stream that begins as another one did: after its own {@code initialized}, which names its origin, come
     * the events 2 to {@code at} of that one with their offsets, times, payloads and idempotency keys. From then on the
     * two know nothing of each other. What the copy configures is in its state, but nothing acts on it, and no copied
     * event causes an effect: processors begin with the first event appended to the new stream itself. The copy is made
     * in one transaction; no append is stored meanwhile.
     *
     * @param at the last offset to copy, 1 or more
     * @return the head of the new stream; fails with {@code BAD_REQUEST} when there is no such offset or the store cannot
     *     copy, and {@code CONFLICT} when {@code to} exists
     */
    public CompletableFuture<StreamHead> fork(ProjectSlug project, StreamPath from, long at, StreamPath to) {
        return parts.forks().fork(new StreamKey(project, from), at, new StreamKey(project, to));
    }

    /** Creates the stream if it does not exist, as every read does, and answers its head. */
    public CompletableFuture<StreamHead> touch(ProjectSlug project, StreamPath path) {
        return parts.touch(new StreamKey(project, path));
    }

    /** The head of a stream; does not create it. Blocks for one look-up. */
    public Optional<StreamHead> head(ProjectSlug project, StreamPath path) {
        return parts.store().head(new StreamKey(project, path));
    }

    /** One page of stored records; does not create the stream. Blocks for one read. */
    public List<EventRecord> read(ProjectSlug project, StreamPath path, RecordRange range) {
        return parts.store().read(new StreamKey(project, path), range);
    }

    /** All records of a range up to the head of now, each converted. Creates the stream. */
    <T> CompletableFuture<List<T>> scan(StreamKey stream, RecordRange range, Function<EventRecord, T> view) {
        return parts.delivery().then(parts.touch(stream), stream.path(), head -> {
            List<T> found = new ArrayList<>();
            new PagedLogReader(parts.store(), stream, head).forEach(range, record -> found.add(view.apply(record)));
            return List.copyOf(found);
        });
    }

    /**
     * Delivers everything after an offset and stays live until closed. Creates the stream. Returns at once.
     *
     * @param afterOffset exclusive; 0 starts at the beginning
     * @throws IllegalArgumentException when the offset is negative
     */
    public Subscription tail(ProjectSlug project, StreamPath path, long afterOffset, RecordSink sink) {
        return tail(new StreamKey(project, path), afterOffset, ended -> sink);
    }

    /** As the public one; the sink may ask whether the tail has ended. */
    Subscription tail(StreamKey stream, long afterOffset, Function<BooleanSupplier, RecordSink> sink) {
        if (afterOffset < 0) {
            throw new IllegalArgumentException("afterOffset must be 0 or more, got " + afterOffset);
        }
        return parts.tails().open(stream, afterOffset, sink);
    }

    /**
     * Delivers what is committed to a stream and everything below it, those to come included, in commit order. Creates
     * the stream. Returns at once.
     *
     * @param afterPosition exclusive, a record's position; 0 starts at the beginning of the store, {@link
     *     Long#MAX_VALUE} at its end
     * @param standings whether the sink is told first which streams there are
     * @return ends with {@link UnsupportedOperationException} when the store has no reads by position
     * @throws IllegalArgumentException when the position is negative
     */
    public Subscription tailSubtree(
            ProjectSlug project, StreamPath path, long afterPosition, boolean standings, SubtreeSink sink) {
        return tailSubtree(new StreamKey(project, path), afterPosition, standings, ended -> sink);
    }

    /** As the public one; the sink may ask whether the tail has ended. */
    Subscription tailSubtree(
            StreamKey root, long afterPosition, boolean standings, Function<BooleanSupplier, SubtreeSink> sink) {
        if (afterPosition < 0) {
            throw new IllegalArgumentException("afterPosition must be 0 or more, got " + afterPosition);
        }
        return parts.tails().openSubtree(root, afterPosition, standings, sink);
    }

    /** Folds the stream to its current head. Creates the stream. */
    public CompletableFuture<StreamState> state(ProjectSlug project, StreamPath path) {
        StreamKey stream = new StreamKey(project, path);
        return parts.delivery()
                .then(parts.touch(stream), path, head -> parts.states().at(stream, head));
    }

    /** As {@link EventStreams#list}. */
    public CompletableFuture<List<StreamSummary>> list(ProjectSlug project, StreamPath path) {
        return parts.delivery().supply(path, () -> parts.states().list(new StreamKey(project, path)));
    }

    /** As {@link EventStreams#destroy}. */
    public CompletableFuture<DestroyResult> destroy(ProjectSlug project, StreamPath path, boolean children) {
        return parts.demolition().destroy(new StreamKey(project, path), children);
    }

    /**
     * True if nothing is queued or running on the engine's threads: no append waits to be stored or answered, no event
     * waits to be delivered, and no hosted processor folds or acts there. Does not count what waits for time to pass, such
     * as an armed timer or an append parked by a pause, nor what a processor does elsewhere: an HTTP request, a script, work
     * on threads of its own. For tests that move the clock; see {@link
     * dev.millrace.core.runner.VirtualTimers#advanceWhen}.
     */
    public boolean isIdle() {
        return parts.isIdle();
    }

    /** The parts, for tests of one of them. */
    EngineComponents parts() {
        return parts;
    }

    /** The event types that mean something to this engine: the service's own and those of its processors. */
    public KnownEvents knownEvents() {
        return knownEvents;
    }

    /** The limits in force. */
    public Limits limits() {
        return parts.limits();
    }

    /**
     * Stops taking appends, lets hosted processors finish until the deadline, commits, ends live tails and closes the
     * store. Stopping twice does nothing.
     *
     * @param deadline how long to wait for what is queued and under way; what is still queued then fails with {@code
     *     UNAVAILABLE}, and the store is closed as soon as its last call returns
     */
    public void stop(Duration deadline) {
        parts.stop(deadline);
    }

    /** Stops with a deadline of ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** Configures an engine. */
    public static final class Builder {
        private final EventStore store;
        private Timers timers = Timers.system();
        private Limits limits = Limits.defaults();
        private List<ProcessorProvider> providers = List.of();
        private Map<String, String> settings = Map.of();
        private Secrets secrets = Secrets.NONE;
        private Supplier<String> incarnations = new IncarnationIds();

        private Builder(EventStore store) {
            this.store = store;
        }

        /** Clock and timers; the system's by default. */
        public Builder timers(Timers timers) {
            this.timers = timers;
            return this;
        }

        /** The limits; {@link Limits#defaults()} by default. */
        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /** The processors this engine can host; none by default. */
        public Builder processors(List<ProcessorProvider> providers) {
            this.providers = List.copyOf(providers);
            return this;
        }

        /** What hosted processors may ask for by name; nothing by default. */
        public Builder settings(Map<String, String> settings) {
            this.settings = Map.copyOf(settings);
            return this;
        }

        /** The secrets of the projects, for hosted processors; none by default. */
        public Builder secrets(Secrets secrets) {
            this.secrets = secrets;
            return this;
        }

        /** Where the names of the lives of streams come from; random by default. Never gives one out twice. */
        Builder incarnations(Supplier<String> incarnations) {
            this.incarnations = incarnations;
            return this;
        }

        /**
         * Starts the writer and the hosted processors.
         *
         * @throws IllegalArgumentException when two processors have the same name
         */
        public StreamEngine start() {
            StreamEngine engine = new StreamEngine(this);
            engine.parts.start();
            return engine;
        }
    }
}
