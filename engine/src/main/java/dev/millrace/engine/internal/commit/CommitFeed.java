package dev.millrace.engine.internal.commit;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.internal.commit.CommittedChanges.Offsets;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The feed of everything that is committed, in the order of positions, each entry once. What this engine commits comes
 * with its records. What other engines commit is read from the store, as offsets only. Thread-safe.
 *
 * <p>Before an own commit, the feed publishes what others committed before it. If the store cannot be read then, both are
 * published later. For a store that only one engine can use, the feed reads nothing.
 */
public final class CommitFeed {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final int PAGE = 1024;
    private static final Duration RETRY = Duration.ofMillis(250);

    private final EventStore store;
    private final StoreReader reader;
    private final CallbackExecutor callbackExecutor;
    private final Timers timers;
    private final Consumer<CommittedChanges> listener;
    private final AtomicBoolean waking = new AtomicBoolean();
    private volatile Optional<Runnable> subscription = Optional.empty();
    private volatile @Nullable Thread committing;
    private volatile long position;
    private volatile boolean closed;
    private boolean isBehind;

    /** The listener is called with one change at a time, and must not block. */
    public CommitFeed(
            EventStore store,
            StoreReader reader,
            CallbackExecutor callbackExecutor,
            Timers timers,
            Consumer<CommittedChanges> listener) {
        this.store = store;
        this.reader = reader;
        this.callbackExecutor = callbackExecutor;
        this.timers = timers;
        this.listener = listener;
    }

    /** Begins after the newest entry. Before this engine commits or reads anything. */
    public synchronized void start() {
        subscription = store.onCommit(this::wake);
        if (isShared()) {
            position = reader.lastPosition();
        }
    }

    /** Whether other engines may use the store. */
    public boolean isShared() {
        return subscription.isPresent();
    }

    /** The position through which everything is published. */
    public long position() {
        return isShared() ? position : reader.lastPosition();
    }

    /** Commits a group of this engine. {@link #publish} has to follow. */
    void commit(CommitBatch commitBatch) {
        committing = Thread.currentThread();
        boolean isStored = false;
        try {
            commitBatch.commit(store);
            isStored = true;
        } finally {
            committing = null;
            if (!isStored) {
                wake(); // after a failure it may be stored
            }
        }
    }

    /** Publishes a group that was committed. */
    synchronized void publish(CommitBatch commitBatch) {
        if (commitBatch.lastPosition() == 0) {
            return;
        }
        if (!isShared()) {
            listener.accept(commitBatch.committed());
            return;
        }
        try {
            publishThrough(commitBatch.firstPosition() - 1);
        } catch (RuntimeException unread) {
            retry(unread);
            return;
        }
        if (position < commitBatch.firstPosition()) {
            position = commitBatch.lastPosition();
            listener.accept(commitBatch.committed());
        }
    }

    /** Called by the store after a commit, on any thread. */
    private void wake() {
        if (isShared() && !closed && committing != Thread.currentThread() && !waking.getAndSet(true)) {
            callbackExecutor.execute(this::follow);
        }
    }

    private synchronized void follow() {
        waking.set(false);
        if (closed) {
            return;
        }
        try {
            publishThrough(Long.MAX_VALUE);
        } catch (RuntimeException unread) {
            retry(unread);
        }
    }

    private void retry(RuntimeException unread) {
        if (!isBehind) {
            isBehind = true;
            LOG.log(Level.ERROR, "cannot read what was committed after " + position + "; trying every " + RETRY, unread);
        }
        timers.after(RETRY, this::wake);
    }

    /** Publishes all entries up to a position, which is committed, or {@link Long#MAX_VALUE}. */
    private void publishThrough(long last) {
        boolean isComplete = position >= last;
        while (!isComplete) {
            List<LogEntry> page = reader.entries(position, PAGE);
            isComplete = page.size() < PAGE || page.get(PAGE - 1).position() >= last;
            publish(page.stream().filter(entry -> entry.position() <= last).toList());
        }
        isBehind = false;
        if (last != Long.MAX_VALUE) {
            position = Math.max(position, last); // the entries of removed streams are missing
        }
    }

    /** Removals split a page, so that the listener gets everything in order. */
    private void publish(List<LogEntry> page) {
        Map<StreamKey, Offsets> unread = new LinkedHashMap<>();
        for (LogEntry entry : page) {
            if (entry instanceof LogEntry.Appended appended) {
                unread.merge(entry.stream(), new Offsets(appended.offset(), appended.offset()), Offsets::through);
            } else {
                publishUnread(unread);
                unread = new LinkedHashMap<>();
                listener.accept(new CommittedChanges(Map.of(), Map.of(), Map.of(entry.stream(), entry.position())));
            }
        }
        publishUnread(unread);
        if (!page.isEmpty()) {
            position = page.get(page.size() - 1).position();
        }
    }

    private void publishUnread(Map<StreamKey, Offsets> unread) {
        if (!unread.isEmpty()) {
            listener.accept(new CommittedChanges(Map.of(), unread, Map.of()));
        }
    }

    /** Publishes nothing any more that others commit. */
    public void close() {
        closed = true;
        subscription.ifPresent(Runnable::run);
    }
}
