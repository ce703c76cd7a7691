package dev.millrace.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectsFrom;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Runs processors inside the engine: those of {@link Providers#everywhere} on every stream that is touched, and the
 * others where an event attached them. A stream is activated by its first append after a start; streams with processors
 * attached by event are activated at the start, because they may owe something.
 *
 * <p>Everything structural happens on one thread of its own; effects run on a bounded pool of its own.
 */
final class ProcessorHost implements CommitListener {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");
    private static final int EFFECT_THREADS = 16;

    private final EventStore store;
    private final Function<ProjectSlug, EventStreams> streams;
    private final Providers providers;
    private final Timers timers;
    private final CursorProgress.Saver saver;
    private final Attachments attachments;
    private final Map<StreamKey, HostedStream> active = new ConcurrentHashMap<>();
    private final Map<ProjectSlug, CursorProgress> progress = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(daemon("millrace-host"));
    private final ExecutorService effects = Executors.newFixedThreadPool(EFFECT_THREADS, daemon("millrace-hosted"));
    private volatile boolean stopped;

    ProcessorHost(
            EventStore store,
            Function<ProjectSlug, EventStreams> streams,
            Providers providers,
            Timers timers,
            CursorProgress.Saver saver) {
        this.store = store;
        this.streams = streams;
        this.providers = providers;
        this.timers = timers;
        this.saver = saver;
        this.attachments = Attachments.load(store);
    }

    /** Activates every stream that may owe something since the last run. */
    void start() {
        run(() -> {
            Set<StreamKey> owing = new LinkedHashSet<>(attachments.streams());
            for (String name : providers.attachable()) {
                owing.addAll(store.streamsWithCursor(name));
            }
            owing.forEach(this::activateAtHead);
        });
    }

    @Override
    public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
        boolean incomplete = records.isEmpty();
        List<EventRecord> control = records.stream()
                .filter(record -> Attachments.TYPES.contains(record.type()))
                .toList();
        if (incomplete || !control.isEmpty() || !active.containsKey(stream)) {
            run(() -> {
                boolean changed =
                        incomplete ? attachments.read(store, stream, first - 1) : attachments.applyAll(stream, control);
                activate(stream, first, last);
                if (changed) {
                    List<StreamKey> below = active.keySet().stream()
                            .filter(key -> key.project().equals(stream.project()))
                            .filter(key -> key.path().isBelow(stream.path()))
                            .toList();
                    below.forEach(this::activateAtHead);
                }
            });
        }
    }

    @Override
    public void destroyed(StreamKey stream) {
        run(() -> {
            attachments.forget(stream);
            progressOf(stream.project()).forget(stream.path());
            HostedStream hosted = active.remove(stream);
            if (hosted != null) {
                hosted.stop(Duration.ZERO);
            }
        });
    }

    /** What runs, or would run, on a stream: processors by name, freshly made, with their configuration. */
    Map<String, HostedStream.Wanted> wantedOn(StreamKey stream) {
        return wanted(stream, 1, Long.MAX_VALUE);
    }

    Processor<?> create(String name, HostedStream.Wanted wanted) {
        return providers.create(name, wanted.config());
    }

    private void activateAtHead(StreamKey stream) {
        store.head(stream).ifPresent(head -> activate(stream, head.lastOffset() + 1, head.lastOffset()));
    }

    /**
     * Runs what is wanted on a stream.
     *
     * @param first the first offset that is news to this host
     * @param last the offset up to which its attachments are folded
     */
    private void activate(StreamKey stream, long first, long last) {
        if (stopped || store.head(stream).isEmpty()) {
            return;
        }
        active.computeIfAbsent(stream, key -> new HostedStream())
                .become(wanted(stream, first, last), (name, wanted) -> startRunner(stream, name, wanted));
    }

    private Map<String, HostedStream.Wanted> wanted(StreamKey stream, long first, long last) {
        EffectsFrom news = EffectsFrom.after(first - 1);
        Map<String, HostedStream.Wanted> wanted = new LinkedHashMap<>();
        for (Attachment own : attachments.on(stream)) {
            wanted.put(
                    own.processor(),
                    new HostedStream.Wanted(own.config(), EffectsFrom.after(own.offset()), own.offset()));
        }
        attachments.above(stream).forEach((ancestor, reaching) -> {
            for (Attachment attachment : reaching) {
                boolean bornLater = announcedAfter(stream, ancestor, attachment.offset());
                wanted.putIfAbsent(
                        attachment.processor(),
                        new HostedStream.Wanted(attachment.config(), bornLater ? EffectsFrom.BEGINNING : news, last));
            }
        });
        for (String name : providers.everywhere()) {
            wanted.putIfAbsent(name, new HostedStream.Wanted(JsonNodeFactory.instance.objectNode(), news, last));
        }
        return wanted;
    }

    private boolean announcedAfter(StreamKey stream, StreamKey ancestor, long offset) {
        return store.head(stream)
                .flatMap(head -> store.find(ancestor, Announcements.key(stream.path(), head.incarnation())))
                .filter(announcement -> announcement.offset() > offset)
                .isPresent();
    }

    private Optional<ProcessorRunner<?>> startRunner(StreamKey stream, String name, HostedStream.Wanted wanted) {
        EventStreams port = new HostedStreams(streams.apply(stream.project()));
        try {
            return Optional.of(
                    ProcessorRunner.builder(port, providers.create(name, wanted.config())).stream(stream.path())
                            .progress(progressOf(stream.project()))
                            .effectsFrom(wanted.effectsFrom())
                            .timers(timers)
                            .executor(effects)
                            .until(event -> Attachments.ends(event, name, wanted))
                            .start());
        } catch (RuntimeException refused) {
            String message = "cannot run processor '" + name + "' on " + stream.path() + ": " + refused.getMessage();
            LOG.log(Level.WARNING, message);
            port.append(
                    stream.path(),
                    EventInput.builder()
                            .from(EventInput.of(new StreamEvent.ErrorOccurred(message)))
                            .idempotencyKey("host/" + name + "@" + stream.path() + ":" + wanted.decidedAt())
                            .build());
            return Optional.empty();
        }
    }

    private CursorProgress progressOf(ProjectSlug project) {
        return progress.computeIfAbsent(project, slug -> new CursorProgress(slug, store, saver));
    }

    private void run(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failure) {
                    LOG.log(Level.ERROR, "hosting failed; the streams concerned run without processors", failure);
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.log(Level.DEBUG, "no hosting any more", stopping);
        }
    }

    /** Stops every runner within the deadline. The engine must still take appends and cursors. */
    void stop(Duration deadline) {
        stopped = true;
        thread.shutdown();
        long end = System.nanoTime() + deadline.toNanos();
        Collection<HostedStream> all = List.copyOf(active.values());
        for (HostedStream hosted : all) {
            hosted.stop(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        active.clear();
        effects.shutdown();
    }

    private static ThreadFactory daemon(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
