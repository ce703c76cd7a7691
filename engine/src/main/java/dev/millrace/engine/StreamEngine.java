package dev.millrace.engine;

import dev.millrace.core.Chain;
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
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.internal.hosting.ProcessorStates;
import dev.millrace.engine.internal.hosting.ProviderRegistry;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The service for event streams, in this process. One writer thread checks appends and stores them in groups; readers
 * and live tails do not wait for it, and it does not wait for them. Safe for use by many threads.
 *
 * <p>Futures complete on a callback thread, after the commit. If a future fails, it fails with a {@link
 * StreamException}. A read that begins after an append was acknowledged sees the stored events. If appends come faster
 * than the store takes them, {@code append} blocks for up to one second and then fails with {@code UNAVAILABLE}.
 *
 * @since 0.1
 */
public final class StreamEngine implements AutoCloseable {
    private final EngineComponents parts;
    private final KnownEvents knownEvents;
    private final SortedSet<String> processorNames;

    private StreamEngine(Builder builder) {
        ProviderRegistry providerRegistry = new ProviderRegistry(builder.providers);
        this.knownEvents = providerRegistry.events();
        this.processorNames = Collections.unmodifiableSortedSet(providerRegistry.names());
        this.parts = new EngineComponents(
                builder.store,
                builder.timers,
                builder.limits,
                builder.incarnations,
                providerRegistry,
                builder.settings,
                builder.secrets,
                this::streams);
    }

    /** An engine over a store; closing the engine closes the store. */
    public static Builder builder(EventStore store) {
        return new Builder(store);
    }

    /** The streams of the default project. */
    public EventStreams streams() {
        return streams(ProjectSlug.defaultProject());
    }

    /** The streams of one project, as processors, tests and applications use them. */
    public EventStreams streams(ProjectSlug project) {
        return new EngineEventStreams(this, project);
    }

    /**
     * Appends raw inputs of code in this process, each one JSON value in UTF-8: all of them or none.
     *
     * @return completes when the events are durable
     */
    public CompletableFuture<List<AppendedRecord>> append(ProjectSlug project, StreamPath path, List<byte[]> inputs) {
        return append(project, path, inputs, type -> {});
    }

    /**
     * As {@link #append(ProjectSlug, StreamPath, List)}, after a check of the event types.
     *
     * @param permit is called first, in order and on the calling thread, with the type under which each event will be
     *     stored; for an invalid input this is {@code invalid-event-appended}. If it throws, nothing is stored and the
     *     future fails with that exception
     */
    public CompletableFuture<List<AppendedRecord>> append(
            ProjectSlug project, StreamPath path, List<byte[]> inputs, Consumer<String> permit) {
        return append(new StreamKey(project, path), inputs, permit, answers -> answers);
    }

    /**
     * As {@link #append(ProjectSlug, StreamPath, List, Consumer)}, for inputs that are parsed already, of a caller
     * outside this process.
     *
     * @param trust whether the provenance in the inputs counts
     * @param chain the chain of reactions that ends in the request, if a processor sent it; stored with each event
     */
    public CompletableFuture<List<AppendedRecord>> appendParsed(
            ProjectSlug project,
            StreamPath path,
            List<ParsedInput> inputs,
            CallerTrust trust,
            Optional<Chain> chain,
            Consumer<String> permit) {
        return submit(
                new StreamKey(project, path),
                () -> parts.reader().take(path, inputs, trust, chain),
                permit,
                answers -> answers);
    }

    /** As the public method; {@code view} converts the answers on a callback thread. */
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
            read.forEach(preparedEvent -> permit.accept(preparedEvent.type()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return parts.writer().submit(parts.appends().request(stream, read, answers -> view.apply(decodable(answers))));
    }

    /** A replayed event may have been stored by another version. */
    private static List<AppendedRecord> decodable(List<AppendedRecord> answers) {
        return answers.stream()
                .map(answer -> answer.replayed()
                        ? new AppendedRecord(StoredEvents.decodable(answer.event()), true, answer.diverged())
                        : answer)
                .toList();
    }

    /**
     * Creates a stream as a copy of the beginning of another one. It gets its own {@code initialized} event, which
     * names the source, and then the source's events 2 to {@code at} with their offsets, times, payloads and
     * idempotency keys. The two streams are independent afterwards. No processor runs on the new stream before another
     * event is appended to it, and copied events cause no effects there. The copy is one transaction, and all other
     * appends wait for it.
     *
     * @param at the last offset to copy, 1 or more
     * @return the head of the new stream; fails with {@code BAD_REQUEST} if the offset does not exist or the store
     *     cannot copy, and with {@code CONFLICT} if {@code to} exists
     */
    public CompletableFuture<StreamHead> fork(ProjectSlug project, StreamPath from, long at, StreamPath to) {
        return parts.forks().fork(new StreamKey(project, from), at, new StreamKey(project, to));
    }

    /**
     * Creates a stream from the events of another one, which may be of another service. It gets its own {@code
     * initialized} event, which names the source, and then the source's events from offset 2, with their offsets, times,
     * payloads, metadata and idempotency keys. As after a fork, no processor runs on the new stream before another event
     * is appended to it, and the imported events cause no effects. It is one transaction, and all other appends wait
     * for it. Payloads of known types are not checked.
     *
     * @param events one event a line, in UTF-8, as reads return them, from offset 1 without gaps. Do not modify it
     * @return the head of the new stream; fails with {@code BAD_REQUEST} if a line is not the next event, or has a time
     *     more than a day ahead, with {@code TOO_LARGE} above the limits of a fork, and with {@code CONFLICT} if the
     *     stream exists. Then nothing is stored
     */
    public CompletableFuture<StreamHead> importEvents(ProjectSlug project, StreamPath path, byte[] events) {
        return parts.importLog(new StreamKey(project, path), events);
    }

    /** Returns the head of the stream. Creates the stream if it does not exist. */
    public CompletableFuture<StreamHead> touch(ProjectSlug project, StreamPath path) {
        return parts.touch(new StreamKey(project, path));
    }

    /** Returns the head of a stream without creating it. Blocks for one look-up in the store. */
    public Optional<StreamHead> head(ProjectSlug project, StreamPath path) {
        return parts.store().head(new StreamKey(project, path));
    }

    /** Returns one page of records without creating the stream. Blocks for one read of the store. */
    public List<EventRecord> read(ProjectSlug project, StreamPath path, RecordRange range) {
        return parts.store().read(new StreamKey(project, path), range);
    }

    /** All records of a range up to the current head, each converted. Creates the stream. */
    <T> CompletableFuture<List<T>> scan(StreamKey stream, RecordRange range, Function<EventRecord, T> view) {
        return parts.delivery().then(parts.touch(stream), stream.path(), head -> {
            List<T> found = new ArrayList<>();
            new PagedLogReader(parts.store(), stream, head).forEach(range, record -> found.add(view.apply(record)));
            return List.copyOf(found);
        });
    }

    /**
     * Delivers all events after an offset, then new events until it is closed. Creates the stream. Returns at once.
     *
     * @param afterOffset exclusive; 0 starts at the beginning
     * @throws IllegalArgumentException if the offset is negative
     */
    public Subscription tail(ProjectSlug project, StreamPath path, long afterOffset, RecordSink sink) {
        return tail(new StreamKey(project, path), afterOffset, ended -> sink);
    }

    /** As the public method; the sink can ask whether the tail has ended. */
    Subscription tail(StreamKey stream, long afterOffset, Function<BooleanSupplier, RecordSink> sink) {
        if (afterOffset < 0) {
            throw new IllegalArgumentException("afterOffset must be 0 or more, got " + afterOffset);
        }
        return parts.tails().open(stream, afterOffset, sink);
    }

    /**
     * Delivers the events of a stream and of all streams below it, also of streams created later, in commit order,
     * until it is closed. Creates the stream. Returns at once.
     *
     * @param afterPosition exclusive, a record's position; 0 starts at the beginning of the store, {@link
     *     Long#MAX_VALUE} at its end
     * @param standings whether to list the existing streams to the sink first
     * @return ends with {@link UnsupportedOperationException} if the store cannot read by position
     * @throws IllegalArgumentException if the position is negative
     */
    public Subscription tailSubtree(
            ProjectSlug project, StreamPath path, long afterPosition, boolean standings, SubtreeSink sink) {
        return tailSubtree(new StreamKey(project, path), afterPosition, standings, ended -> sink);
    }

    /** As the public method; the sink can ask whether the tail has ended. */
    Subscription tailSubtree(
            StreamKey root, long afterPosition, boolean standings, Function<BooleanSupplier, SubtreeSink> sink) {
        if (afterPosition < 0) {
            throw new IllegalArgumentException("afterPosition must be 0 or more, got " + afterPosition);
        }
        return parts.tails().openSubtree(root, afterPosition, standings, sink);
    }

    /** Computes the state of the stream at its current head. Creates the stream. */
    public CompletableFuture<StreamState> state(ProjectSlug project, StreamPath path) {
        StreamKey stream = new StreamKey(project, path);
        return parts.longWork()
                .then(parts.touch(stream), stream, head -> parts.states().at(stream, head));
    }

    /** Computes the state of the stream at a head that was read before. */
    public CompletableFuture<StreamState> state(ProjectSlug project, StreamPath path, StreamHead head) {
        StreamKey stream = new StreamKey(project, path);
        return parts.longWork().supply(stream, () -> parts.states().at(stream, head));
    }

    /**
     * Computes the state of the stream with the slices of some processors, at a head that was read before or as of an
     * earlier offset. The state as of an offset is the one that the stream had when its newest event was the one at that
     * offset: the processors are those that were attached then, with their configurations of then.
     *
     * @param at the offset, from 1 to that of the head; empty for the head itself
     * @param processors the names of the processors whose slices to compute
     * @return fails with {@code BAD_REQUEST} if there is no such offset
     */
    public CompletableFuture<StreamState> state(
            ProjectSlug project, StreamPath path, StreamHead head, OptionalLong at, Predicate<String> processors) {
        StreamKey stream = new StreamKey(project, path);
        long offset = at.orElse(head.lastOffset());
        if (offset < 1 || offset > head.lastOffset()) {
            return CompletableFuture.failedFuture(new StreamException(
                    StreamException.Code.BAD_REQUEST,
                    path,
                    "state failed: " + path + "; it has no offset " + offset + "; use an offset from 1 to "
                            + head.lastOffset()));
        }
        StreamHead then = new StreamHead(head.incarnation(), offset, head.lastCreatedAt(), head.paused());
        ProcessorStates.Scope scope = new ProcessorStates.Scope(at.isPresent(), processors);
        return parts.longWork().supply(stream, () -> parts.states().at(stream, then, scope));
    }

    /** As {@link EventStreams#list}. */
    public CompletableFuture<List<StreamSummary>> list(ProjectSlug project, StreamPath path) {
        StreamKey stream = new StreamKey(project, path);
        return parts.longWork().supply(stream, () -> parts.states().list(stream));
    }

    /** As {@link EventStreams#destroy}. */
    public CompletableFuture<DestroyResult> destroy(ProjectSlug project, StreamPath path, boolean children) {
        return parts.streamDestroyer().destroy(new StreamKey(project, path), children);
    }

    /**
     * True if nothing is queued or running on the engine's threads: no append, no delivery and no call of a hosted
     * processor. Armed timers, appends that wait until a stream resumes, and work of processors elsewhere (HTTP
     * requests, scripts, their own threads) do not count. For tests that move the clock; see {@link
     * dev.millrace.core.runner.VirtualTimers#advanceWhen}.
     */
    public boolean isIdle() {
        return parts.isIdle();
    }

    /** The parts, for tests of one of them. */
    EngineComponents parts() {
        return parts;
    }

    /** The names of the processors that this engine can host. */
    public SortedSet<String> processorNames() {
        return processorNames;
    }

    /** The event types that this engine knows: its own and those of its processors. */
    public KnownEvents knownEvents() {
        return knownEvents;
    }

    /** The limits in force. */
    public Limits limits() {
        return parts.limits();
    }

    /**
     * Lets hosted processors finish, refuses new appends, commits the queued ones, ends live tails and closes the
     * store. The second call does nothing.
     *
     * @param deadline how long to wait for queued and running work; appends that are queued after that fail with {@code
     *     UNAVAILABLE}, and the store is closed when its last running call has returned
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

        /**
         * The processors this engine can host; none by default. Those that are {@link AutoCloseable} are closed when
         * the engine has stopped.
         */
        public Builder processors(List<ProcessorProvider> providers) {
            this.providers = List.copyOf(providers);
            return this;
        }

        /** Settings that hosted processors can read by name; none by default. */
        public Builder settings(Map<String, String> settings) {
            this.settings = Map.copyOf(settings);
            return this;
        }

        /** The secrets of the projects, for hosted processors; none by default. */
        public Builder secrets(Secrets secrets) {
            this.secrets = secrets;
            return this;
        }

        /** Makes the incarnation ids of streams; random by default. Must never return the same id twice. */
        Builder incarnations(Supplier<String> incarnations) {
            this.incarnations = incarnations;
            return this;
        }

        /**
         * Starts the writer and the hosted processors.
         *
         * @throws IllegalArgumentException if two processors have the same name
         */
        public StreamEngine start() {
            StreamEngine engine = new StreamEngine(this);
            engine.parts.start();
            return engine;
        }
    }
}
