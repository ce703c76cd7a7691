package dev.millrace.core.internal.progress;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** A progress store in a side stream. */
public final class StreamProgressStore implements ProgressStore.Durable {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAGE = 1000;
    private static final int BATCH = 100;

    private final EventStreams streams;
    private final StreamPath sideStream;
    private final CoalescingWriter writes;
    private final Map<ProgressKey, Progress> newest = new ConcurrentHashMap<>();
    private final Object folding = new Object();
    private volatile boolean folded;
    private long readThrough;

    /**
     * A batch that may or may not be stored. It is sent again before anything newer, so that it cannot be stored late.
     */
    private List<Progress> unanswered = List.of();

    public StreamProgressStore(EventStreams streams, StreamPath sideStream, Timers timers, Executor thread) {
        this.streams = streams;
        this.sideStream = sideStream;
        this.writes = new CoalescingWriter("stream " + sideStream, this::write, BATCH, timers, thread);
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        ProgressKey key = new ProgressKey(slug, path);
        refuseOwn(key);
        if (!folded) {
            synchronized (folding) {
                if (!folded) {
                    foldFirst();
                }
            }
        }
        return Optional.ofNullable(newest.get(key));
    }

    private void foldFirst() {
        fold().forEach((whose, old) ->
                newest.merge(whose, old, (saved, stored) -> ProgressEvents.newer(stored, saved)));
        folded = true;
    }

    @Override
    public Optional<Progress> reload(String slug, StreamPath path) {
        ProgressKey key = new ProgressKey(slug, path);
        refuseOwn(key);
        synchronized (folding) {
            if (folded) {
                fold().forEach((whose, later) -> newest.merge(whose, later, ProgressEvents::newer));
            } else {
                foldFirst();
            }
        }
        return Optional.ofNullable(newest.get(key));
    }

    @Override
    public void save(Progress progress) {
        ProgressKey key = ProgressKey.of(progress);
        refuseOwn(key);
        Progress before = newest.get(key);
        if (before == null || !before.incarnation().equals(progress.incarnation())) {
            writes.writeLater(progress, Duration.ZERO);
        } else if (progress.acknowledgedThrough() > before.acknowledgedThrough()) {
            writes.writeLater(progress, INTERVAL);
        } else {
            return;
        }
        newest.merge(key, progress, ProgressEvents::newer);
    }

    private void refuseOwn(ProgressKey key) {
        if (key.path().equals(sideStream)) {
            throw new IllegalArgumentException(
                    "progress of " + key + " cannot be kept in that stream itself: each save would append an event"
                            + " whose progress has to be saved; use another side stream");
        }
    }

    /** The progress that was stored since the last read. Called with the lock on {@code folding}. */
    private Map<ProgressKey, Progress> fold() {
        Map<ProgressKey, Progress> stored = new HashMap<>();
        long through = readThrough;
        ReadRange.Builder range = ReadRange.builder()
                .afterOffset(through)
                .types(BuiltInType.PROGRESS_SAVED.spellings())
                .limit(PAGE);
        List<Event> page;
        do {
            page = read(range.build());
            for (Event event : page) {
                through = event.offset();
                range.afterOffset(through);
                if (BuiltInType.PROGRESS_SAVED.problems(event.payloadJson()).isEmpty()) {
                    Progress progress = ProgressEvents.fromEvent(
                            JsonCodec.fromTree(event.payloadJson(), StreamEvent.ProgressSaved.class));
                    stored.merge(ProgressKey.of(progress), progress, ProgressEvents::newer);
                } else {
                    LOG.log(
                            Level.WARNING,
                            () -> "progress is ignored: " + sideStream + "@" + event.offset() + " cannot be read");
                }
            }
        } while (page.size() == PAGE);
        readThrough = through;
        return stored;
    }

    private List<Event> read(ReadRange range) {
        CompletableFuture<List<Event>> answer = streams.read(sideStream, range);
        BoundedAwait.await(answer, PATIENCE, "reading progress from " + sideStream, () -> "no answer of the service");
        return answer.getNow(List.of());
    }

    private void write(List<Progress> batch) {
        if (!unanswered.isEmpty()) {
            append(unanswered);
        }
        append(batch);
    }

    private void append(List<Progress> batch) {
        List<EventInput> inputs = batch.stream().map(StreamProgressStore::input).toList();
        CompletableFuture<List<AppendResult>> answer = streams.appendAll(sideStream, inputs);
        unanswered = batch;
        try {
            BoundedAwait.await(answer, PATIENCE, "saving progress in " + sideStream, () -> "no answer of the service");
        } catch (StreamException refused) {
            unanswered = refused.isRetryable() ? batch : List.of();
            throw refused;
        }
        unanswered = List.of();
    }

    private static EventInput input(Progress progress) {
        return EventInput.builder()
                .from(EventInput.of(ProgressEvents.toEvent(progress)))
                .metadata(Provenance.metadataOf(progress.slug(), Optional.empty()))
                .idempotencyKey("progress-saved/" + progress.slug() + "@" + progress.path() + "~"
                        + progress.incarnation() + ":" + progress.acknowledgedThrough())
                .build();
    }

    @Override
    public void flush() {
        writes.flush();
    }

    @Override
    public void close() {
        writes.close();
    }
}
