package dev.millrace.engine;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.internal.append.AppendTasks;
import dev.millrace.engine.internal.append.EventClock;
import dev.millrace.engine.internal.append.StreamCreation;
import dev.millrace.engine.internal.append.StreamDestroyer;
import dev.millrace.engine.internal.append.StreamForker;
import dev.millrace.engine.internal.append.StreamImporter;
import dev.millrace.engine.internal.append.StreamStateReader;
import dev.millrace.engine.internal.commit.ActivityCounter;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.internal.commit.CommitListener;
import dev.millrace.engine.internal.commit.CommitNotifier;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.commit.StoreWriter;
import dev.millrace.engine.internal.commit.WriteQueue;
import dev.millrace.engine.internal.hosting.ProcessorHost;
import dev.millrace.engine.internal.hosting.ProcessorStateCache;
import dev.millrace.engine.internal.hosting.ProcessorStates;
import dev.millrace.engine.internal.hosting.ProviderRegistry;
import dev.millrace.engine.internal.tail.TailRegistry;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.internal.threads.CallbackThreads;
import dev.millrace.engine.internal.threads.LongWork;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** The parts of an engine: it wires them, and stops them in the right order. Thread-safe. */
final class EngineComponents {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final int MOST_WAITING = 4096;
    private static final long MOST_WAITING_BYTES =
            Math.min(64L << 20, MemoryBudget.ofHeap().bytes() / 4);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Limits limits;
    private final InputReader reader;
    private final StoreReader store;
    private final ActivityCounter activity = new ActivityCounter();
    private final CallbackExecutor callbackExecutor = new CallbackExecutor(CallbackThreads.create(), activity);
    private final LongWork longWork = new LongWork(callbackExecutor, activity);
    private final CommitNotifier commitNotifier = new CommitNotifier(callbackExecutor);
    private final AppendTasks appendTasks;
    private final TailRegistry tailRegistry;
    private final StoreWriter writer;
    private final StreamStateReader states;
    private final StreamDestroyer streamDestroyer;
    private final StreamForker streamForker;
    private final ImportReader importReader;
    private final StreamImporter streamImporter;
    private final ProcessorHost host;
    private final AtomicBoolean stopped = new AtomicBoolean();

    EngineComponents(
            EventStore store,
            Timers timers,
            Limits limits,
            Supplier<String> incarnations,
            ProviderRegistry providerRegistry,
            Map<String, String> settings,
            Secrets secrets,
            Function<ProjectSlug, EventStreams> streams) {
        this.limits = limits;
        this.reader = new InputReader(limits, providerRegistry.events());
        this.store = new StoreReader(store);
        EventClock clock = new EventClock(timers);
        StreamCreation streamCreation = new StreamCreation(incarnations, limits.pathSegments(), clock);
        this.appendTasks = new AppendTasks(streamCreation, clock);
        this.tailRegistry = new TailRegistry(this.store, callbackExecutor, timers, this::touch);
        this.writer = new StoreWriter(
                store,
                new WriteQueue(MOST_WAITING, MOST_WAITING_BYTES, PATIENCE),
                callbackExecutor,
                timers,
                activity,
                this::publish);
        this.states = new StreamStateReader(this.store);
        this.streamDestroyer = new StreamDestroyer(this.store, writer, callbackExecutor, states);
        this.streamForker = new StreamForker(this.store, writer, longWork, streamCreation, clock, limits);
        this.importReader = new ImportReader(limits, providerRegistry.events());
        this.streamImporter = new StreamImporter(this.store, writer, longWork, streamCreation, clock);
        this.host = new ProcessorHost(
                store, streams, providerRegistry, settings, secrets, timers, writer::saveCursorSoon, activity);
        ProcessorStateCache slices = new ProcessorStateCache(store, host);
        host(new HostListener(host, slices), slices);
    }

    private void publish(CommitBatch commitBatch) {
        tailRegistry.publish(commitBatch);
        commitNotifier.enqueue(commitBatch);
    }

    /** Returns the head of a stream. Uses the writer only if the stream does not exist and must be created. */
    CompletableFuture<StreamHead> touch(StreamKey stream) {
        try {
            Optional<StreamHead> head = store.head(stream);
            return head.isPresent()
                    ? CompletableFuture.completedFuture(head.get())
                    : writer.submit(appendTasks.touch(stream));
        } catch (StreamException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Sets the listener to commits, and the source of the processor states that are part of a stream's state. */
    void host(CommitListener listener, ProcessorStates slices) {
        commitNotifier.listener(listener);
        states.slices(slices);
    }

    /** A listener that drops the kept states of a destroyed stream before it calls the host. */
    private record HostListener(ProcessorHost host, ProcessorStateCache slices) implements CommitListener {
        @Override
        public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
            host.committed(stream, first, last, records);
        }

        @Override
        public void destroyed(StreamKey stream) {
            slices.forget(stream);
            host.destroyed(stream);
        }
    }

    void start() {
        writer.start();
        host.start();
    }

    /** Stops in this order: hosted processors, new appends, queued appends, tails, store. */
    void stop(Duration deadline) {
        if (stopped.getAndSet(true)) {
            return;
        }
        long end = System.nanoTime() + deadline.toNanos();
        host.stop(deadline.dividedBy(2));
        writer.close();
        if (!await(writer.ended(), end)) {
            LOG.log(
                    Level.WARNING,
                    "the writer did not finish within {0}; appends that are still queued fail",
                    deadline);
            writer.abandon();
        }
        if (!await(tailRegistry.stop(), end)) {
            LOG.log(Level.WARNING, "some live tails did not end within {0}; their sinks are still busy", deadline);
        }
        var unused = writer.ended().whenComplete((done, failure) -> {
            store.close();
            longWork.shutdown();
            callbackExecutor.shutdown();
        });
        host.closeProviders(); // last: a provider may be slow, and stored events matter more
    }

    private static boolean await(CompletableFuture<Void> part, long end) {
        try {
            part.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isIdle() {
        return activity.isIdle();
    }

    Limits limits() {
        return limits;
    }

    ProcessorHost host() {
        return host;
    }

    InputReader reader() {
        return reader;
    }

    StoreReader store() {
        return store;
    }

    CallbackExecutor delivery() {
        return callbackExecutor;
    }

    LongWork longWork() {
        return longWork;
    }

    AppendTasks appends() {
        return appendTasks;
    }

    TailRegistry tails() {
        return tailRegistry;
    }

    StoreWriter writer() {
        return writer;
    }

    StreamStateReader states() {
        return states;
    }

    StreamDestroyer streamDestroyer() {
        return streamDestroyer;
    }

    StreamForker forks() {
        return streamForker;
    }

    CompletableFuture<StreamHead> importLog(StreamKey stream, byte[] lines) {
        return streamImporter.importLog(stream, now -> importReader.read(stream.path(), lines, now));
    }
}
