package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.FairExecutor;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SharedLeases;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.Secrets;
import dev.millrace.engine.internal.append.ForkOrigin;
import dev.millrace.engine.internal.append.StreamCreation;
import dev.millrace.engine.internal.commit.ActivityCounter;
import dev.millrace.engine.internal.commit.CommitListener;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.internal.threads.CallbackThreads;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The host of the processors that run inside the engine: those of {@link ProviderRegistry#everywhere} on every active
 * stream, the others where an event attached them. A stream becomes active with its first append after the start; a
 * stream with attached processors becomes active at the start, because effects may be pending.
 *
 * <p>One thread starts and stops runners; effects run on a bounded pool.
 */
public final class ProcessorHost implements CommitListener {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");
    private static final int EFFECT_THREADS = 16;
    private static final int PAGE = 256;
    private static final long PAGE_BYTES = 1 << 20;

    /** A stream without commits between two sweeps becomes inactive. */
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(2);

    /** As {@link #SWEEP_INTERVAL}, for streams whose processors hold a lease: until then it is renewed. */
    private static final Duration LEASED_SWEEP_INTERVAL = Duration.ofSeconds(15);

    private final EventStore store;
    private final Function<ProjectSlug, EventStreams> streams;
    private final ProviderRegistry providerRegistry;
    private final Map<String, String> settings;
    private final Secrets secrets;
    private final Timers timers;
    private final CursorProgressStore.Saver saver;
    private final ActivityCounter activity;
    private final Refusals refusals;
    private final AttachmentRegistry attachmentRegistry;
    private final Map<StreamKey, HostedProcessors> active = new ConcurrentHashMap<>();

    /**
     * Streams that became inactive and must be checked for new events after this offset. Only for the host's thread.
     */
    private final Map<StreamKey, Long> released = new LinkedHashMap<>();

    private final Map<ProjectSlug, HostContext> contexts = new ConcurrentHashMap<>();
    private final Map<ProjectSlug, CursorProgressStore> progress = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(CallbackThreads.daemon("millrace-host-"));
    private final FairExecutor effects = new FairExecutor(EFFECT_THREADS, CallbackThreads.daemon("millrace-hosted-"));

    /** The thread that claims and renews leases, so that effects that block do not delay that. */
    private final ExecutorService leaseThread =
            Executors.newSingleThreadExecutor(CallbackThreads.daemon("millrace-leases-"));

    /** Only for the host's thread. */
    private boolean leasedSweepIsSet;

    private volatile boolean stopped;

    public ProcessorHost(
            EventStore store,
            Function<ProjectSlug, EventStreams> streams,
            ProviderRegistry providerRegistry,
            Map<String, String> settings,
            Secrets secrets,
            Timers timers,
            CursorProgressStore.Saver saver,
            ActivityCounter activity) {
        this.store = store;
        this.streams = streams;
        this.providerRegistry = providerRegistry;
        this.settings = settings;
        this.secrets = secrets;
        this.timers = timers;
        this.saver = saver;
        this.activity = activity;
        this.refusals = new Refusals(providerRegistry, this::contextOf);
        this.attachmentRegistry = AttachmentRegistry.load(store, providerRegistry, refusals::problem);
    }

    public void start() {
        run(() -> {
            Set<StreamKey> pending = new LinkedHashSet<>(attachmentRegistry.streams());
            attachmentRegistry.streams().stream()
                    .filter(stream ->
                            attachmentRegistry.ofStream(stream).stream().anyMatch(Attachment::subtree))
                    .forEach(stream -> pending.addAll(announcedOn(stream)));
            for (String name : providerRegistry.attachable()) {
                pending.addAll(store.streamsWithCursor(name));
            }
            pending.forEach(this::activateAtHead);
            refusals.report(attachmentRegistry.takeRefused());
            active.values().forEach(HostedProcessors::takeTouched); // without pending effects they are idle at once
        });
        scheduleSweep();
    }

    @Override
    public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
        HostedProcessors hosted = active.get(stream);
        if (hosted != null) {
            hosted.touch();
        }
        boolean incomplete = records.isEmpty();
        List<EventRecord> control = records.stream()
                .filter(record -> attachmentRegistry.concerns(record.type()))
                .toList();
        if (incomplete || !control.isEmpty() || hosted == null) {
            run(() -> {
                boolean changed = incomplete
                        ? attachmentRegistry.applyFrom(store, stream, first - 1)
                        : attachmentRegistry.applyAll(stream, control);
                refusals.report(attachmentRegistry.takeRefused());
                activate(stream, first);
                if (changed) {
                    activateBelow(stream);
                }
            });
        }
    }

    @Override
    public void destroyed(StreamKey stream) {
        run(() -> {
            HostedProcessors hosted = active.remove(stream);
            if (hosted != null) {
                hosted.stop(Duration.ZERO);
            }
            released.remove(stream);
            attachmentRegistry.forget(stream);
            progressOf(stream.project()).forget(stream.path());
            activateBelow(stream);
            activate(stream, 1); // its next incarnation may have begun before this call, and all of its events are new
        });
    }

    /** The processors that run on a stream if it is active, by name. */
    Map<String, HostedProcessors.Wanted> wantedOn(StreamKey stream) {
        return wanted(attachmentRegistry, stream, 1);
    }

    /** As {@link #wantedOn(StreamKey)}, as it was at an offset of the stream. Reads the log. */
    Map<String, HostedProcessors.Wanted> wantedOn(StreamKey stream, long offset) {
        return wanted(attachmentRegistry.asOf(store, stream, offset), stream, 1);
    }

    public int activeStreams() {
        return active.size();
    }

    Processor<?> create(ProjectSlug project, String name, HostedProcessors.Wanted wanted) {
        return providerRegistry.create(name, wanted.config(), contextOf(project));
    }

    JsonNode slice(String name, JsonNode state) {
        return providerRegistry.slice(name, state);
    }

    Map<String, Set<String>> activatingTypes() {
        return providerRegistry.activatingTypes();
    }

    private HostContext contextOf(ProjectSlug project) {
        return contexts.computeIfAbsent(
                project,
                slug -> HostContext.over(new HostedEventStreams(streams.apply(slug)))
                        .project(slug)
                        .settings(settings)
                        .secrets(name -> secrets.find(slug, name))
                        .progress(progressOf(slug))
                        .timers(timers)
                        .payloads(providerRegistry.events())
                        .executor(effects(slug, slug))
                        .leases(new SharedLeases(task -> activity.execute(leaseThread, task)))
                        .build());
    }

    private Executor effects(ProjectSlug project, Object stream) {
        Executor share = effects.of(project, stream);
        return task -> activity.execute(share, task);
    }

    /** Activates the streams below again, because an attachment of this stream may include them. */
    private void activateBelow(StreamKey stream) {
        List<StreamKey> below = active.keySet().stream()
                .filter(key -> key.project().equals(stream.project()))
                .filter(key -> key.path().isBelow(stream.path()))
                .toList();
        below.forEach(this::activateAtHead);
    }

    private void activateAtHead(StreamKey stream) {
        store.head(stream).ifPresent(head -> activate(stream, head.lastOffset() + 1));
    }

    /** Runs the wanted processors on a stream; {@code first} is the first offset that is new to this host. */
    private void activate(StreamKey stream, long first) {
        if (stopped || store.head(stream).isEmpty() || ForkOrigin.isDormant(store, stream)) {
            return;
        }
        active.computeIfAbsent(stream, key -> new HostedProcessors())
                .become(wanted(attachmentRegistry, stream, first), (name, wanted) -> startRunner(stream, name, wanted));
    }

    private Map<String, HostedProcessors.Wanted> wanted(AttachmentRegistry attachments, StreamKey stream, long first) {
        EffectStartPolicy news = EffectStartPolicy.acknowledgedOrAfter(first - 1);
        Map<String, HostedProcessors.Wanted> wanted = new LinkedHashMap<>();
        for (Attachment own : attachments.ofStream(stream)) {
            wanted.put(
                    own.processor(),
                    new HostedProcessors.Wanted(
                            own.config(), () -> EffectStartPolicy.after(own.since()), own.attachedBy(), stream.path()));
        }
        attachments.ofAncestors(stream).forEach((ancestor, reaching) -> {
            for (Attachment attachment : reaching) {
                wanted.putIfAbsent(
                        attachment.processor(),
                        new HostedProcessors.Wanted(
                                attachment.config(),
                                () -> EffectStartPolicy.after(lastBefore(attachment, stream)),
                                OptionalLong.empty(),
                                ancestor.path()));
            }
        });
        for (String name : providerRegistry.everywhere()) {
            wanted.putIfAbsent(
                    name,
                    new HostedProcessors.Wanted(
                            JsonNodeFactory.instance.objectNode(),
                            () -> news,
                            OptionalLong.empty(),
                            StreamPath.root()));
        }
        return wanted;
    }

    /**
     * The newest offset of a stream that was committed before an attachment above it. Found by position, because
     * commits of several streams are reported late and in any order.
     */
    private long lastBefore(Attachment attachment, StreamKey stream) {
        long low = 0;
        long high = store.head(stream).map(StreamHead::lastOffset).orElse(0L);
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            boolean isBefore = store.read(stream, RecordRange.after(middle - 1, 1)).stream()
                    .allMatch(record -> record.position() < attachment.belowSince());
            low = isBefore ? middle : low;
            high = isBefore ? high : middle - 1;
        }
        return low;
    }

    /** The streams below that were announced here; some may be destroyed. */
    private List<StreamKey> announcedOn(StreamKey stream) {
        List<StreamKey> announced = new ArrayList<>();
        Set<String> types = BuiltInType.CHILD_STREAM_CREATED.spellings();
        long after = 0;
        RecordRange range;
        List<EventRecord> page;
        do {
            range = new RecordRange(after, Long.MAX_VALUE, types, PAGE, false, PAGE_BYTES);
            page = store.read(stream, range);
            for (EventRecord record : page) {
                after = record.offset();
                record.idempotencyKey()
                        .filter(key -> key.startsWith(StreamCreation.RESERVED))
                        .map(key -> StoredEvents.decode(record).payloadJson())
                        .filter(JsonNode::isObject)
                        .ifPresent(payload -> announced.add(stream.at(
                                StreamPath.of(payload.path("childPath").asText()))));
            }
        } while (range.mayHaveMore(page));
        return announced;
    }

    private Optional<HostedProcessors.Started> startRunner(
            StreamKey stream, String name, HostedProcessors.Wanted wanted) {
        HostContext context = contextOf(stream.project());
        try {
            Processor<?> processor = providerRegistry.create(name, wanted.config(), context);
            boolean leased = processor.lease().isPresent();
            if (leased && isLeaseStreamBelow(wanted.leaseRoot(), stream)) {
                return Optional.empty();
            }
            ProcessorRunner<?> runner = context.runner(processor, wanted.leaseRoot()).stream(stream.path())
                    .executor(effects(stream.project(), stream.path()))
                    .effectsFrom(wanted.effectsFrom().get())
                    .until(event -> attachmentRegistry.ends(stream.project(), event, name, wanted))
                    .start();
            var unused = runner.ended().thenAccept(status -> forget(stream, name, runner, status));
            if (leased) {
                scheduleLeasedSweep();
            }
            return Optional.of(new HostedProcessors.Started(runner, leased));
        } catch (RuntimeException refused) {
            refusals.report(stream, name, wanted.attachedBy(), String.valueOf(refused.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * On such a stream no processor with a lease runs, unless it is attached to it: each renewal would be a new event
     * for it, so the stream would never become inactive, and the lease would be renewed for ever.
     */
    private static boolean isLeaseStreamBelow(StreamPath leaseRoot, StreamKey stream) {
        return Fence.isLeaseStream(stream.path()) && stream.path().isBelow(leaseRoot);
    }

    /** Removes a runner that stopped with a failure; the next event of the stream starts another one. */
    private void forget(StreamKey stream, String name, ProcessorRunner<?> runner, RunnerStatus status) {
        if (status.phase() == Phase.STOPPED && status.failure().isPresent() && !stopped) {
            run(() -> {
                runner.stop(Duration.ZERO);
                HostedProcessors hosted = active.get(stream);
                if (hosted != null) {
                    hosted.forget(name, runner);
                }
            });
        }
    }

    /** Stops the runners of idle streams; the next commit activates such a stream again. */
    private void sweep() {
        try {
            List.copyOf(released.keySet()).forEach(this::activateIfNewer);
            activeStreams(false).forEach(this::releaseIfIdle);
        } finally {
            scheduleSweep();
        }
    }

    /** As {@link #sweep}, for the streams with leases: an inactive stream gives up its lease. */
    private void sweepLeased() {
        leasedSweepIsSet = false;
        try {
            activeStreams(true).forEach(this::releaseIfIdle);
        } finally {
            if (!activeStreams(true).isEmpty()) {
                scheduleLeasedSweep();
            }
        }
    }

    private List<StreamKey> activeStreams(boolean leased) {
        return active.entrySet().stream()
                .filter(entry -> entry.getValue().isLeased() == leased)
                .map(Map.Entry::getKey)
                .toList();
    }

    private void scheduleLeasedSweep() {
        if (!stopped && !leasedSweepIsSet) {
            leasedSweepIsSet = true;
            timers.after(LEASED_SWEEP_INTERVAL, () -> run(this::sweepLeased));
        }
    }

    private void scheduleSweep() {
        if (!stopped) {
            timers.after(SWEEP_INTERVAL, () -> run(this::sweep));
        }
    }

    private void releaseIfIdle(StreamKey stream) {
        HostedProcessors hosted = active.get(stream);
        if (hosted == null || hosted.takeTouched() || !hosted.isIdle()) {
            return;
        }
        long through = hosted.reducedThrough();
        active.remove(stream);
        hosted.stop(Duration.ZERO);
        progressOf(stream.project()).forget(stream.path());
        released.put(stream, through);
        activateIfNewer(stream);
    }

    /**
     * Activates a stream again if something was committed while it was still in the map of active streams. If the store
     * fails, this is repeated at the next sweep.
     */
    private void activateIfNewer(StreamKey stream) {
        try {
            long through = released.getOrDefault(stream, Long.MAX_VALUE);
            store.head(stream)
                    .filter(head -> head.lastOffset() > through)
                    .ifPresent(head -> activate(stream, through + 1));
            released.remove(stream);
        } catch (RuntimeException failure) {
            LOG.log(
                    Level.ERROR,
                    "cannot check whether " + stream + " has new events; trying again in " + SWEEP_INTERVAL,
                    failure);
        }
    }

    private CursorProgressStore progressOf(ProjectSlug project) {
        return progress.computeIfAbsent(project, slug -> new CursorProgressStore(slug, store, saver));
    }

    private void run(Runnable task) {
        try {
            activity.execute(thread, () -> {
                try {
                    if (!stopped) {
                        task.run();
                    }
                } catch (RuntimeException failure) {
                    LOG.log(Level.ERROR, "hosting failed; some streams may run without their processors", failure);
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.log(Level.DEBUG, "the host is stopping", stopping);
        }
    }

    /**
     * Waits for the host's thread for at most half of the deadline, then stops every runner until the deadline. The
     * engine must still accept appends and cursors.
     */
    public void stop(Duration deadline) {
        stopped = true;
        thread.shutdown();
        long end = System.nanoTime() + deadline.toNanos();
        awaitThread(deadline.dividedBy(2));
        Collection<HostedProcessors> all = List.copyOf(active.values());
        for (HostedProcessors hosted : all) {
            hosted.stop(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        active.clear();
        effects.shutdown();
        leaseThread.shutdown();
    }

    /** Closes the providers that can be closed. Call it after {@link #stop}. */
    public void closeProviders() {
        providerRegistry.close();
    }

    /** Before the thread has ended, it may still start a runner or read the store. */
    private void awaitThread(Duration limit) {
        try {
            if (!thread.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(Level.WARNING, "the thread of the hosted processors is still busy at the deadline");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
