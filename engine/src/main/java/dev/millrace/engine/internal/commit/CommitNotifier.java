package dev.millrace.engine.internal.commit;

import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The notifier of the {@link CommitListener}; the writer does not wait for it. Pending changes are merged by stream.
 * Above a limit the records are left out, so that a slow listener uses little memory. Thread-safe.
 */
public final class CommitNotifier {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final int MOST_RECORDS = 4096;

    private final CallbackExecutor callbackExecutor;
    private volatile CommitListener listener = CommitListener.NONE;
    private Map<StreamKey, Change> pending = new LinkedHashMap<>();
    private int records;
    private boolean notifying;

    public CommitNotifier(CallbackExecutor callbackExecutor) {
        this.callbackExecutor = callbackExecutor;
    }

    public void listener(CommitListener next) {
        listener = next;
    }

    /** Adds what was committed. Returns at once. */
    public synchronized void enqueue(CommittedChanges committed) {
        if (listener == CommitListener.NONE) {
            return;
        }
        committed.removed().keySet().forEach(stream -> pending.put(stream, new Change(true)));
        committed
                .unread()
                .forEach((stream, offsets) -> pending.computeIfAbsent(stream, key -> new Change(false))
                        .addUnread(offsets));
        committed.appended().forEach((stream, added) -> {
            Change change = pending.computeIfAbsent(stream, key -> new Change(false));
            change.add(added, records + added.size() <= MOST_RECORDS);
            records += added.size();
        });
        if (!notifying && !pending.isEmpty()) {
            notifying = true;
            callbackExecutor.execute(this::notifyListener);
        }
    }

    private void notifyListener() {
        for (Map<StreamKey, Change> next = takePending(); !next.isEmpty(); next = takePending()) {
            next.forEach(this::notifyListener);
        }
    }

    private synchronized Map<StreamKey, Change> takePending() {
        Map<StreamKey, Change> next = pending;
        pending = new LinkedHashMap<>();
        records = 0;
        notifying = !next.isEmpty();
        return next;
    }

    private void notifyListener(StreamKey stream, Change change) {
        try {
            if (change.destroyed) {
                listener.destroyed(stream);
            }
            if (change.last > 0) {
                List<EventRecord> all = change.records == null ? List.of() : List.copyOf(change.records);
                listener.committed(stream, change.first, change.last, all);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a commit listener failed on " + stream + "; it must not throw", e);
        }
    }

    private static final class Change {
        private final boolean destroyed;
        private long first;
        private long last;
        private @Nullable List<EventRecord> records = new ArrayList<>();

        Change(boolean destroyed) {
            this.destroyed = destroyed;
        }

        /** Adds records that the listener has to read from the log. */
        void addUnread(CommittedChanges.Offsets offsets) {
            first = first == 0 ? offsets.first() : first;
            last = offsets.last();
            records = null;
        }

        void add(List<EventRecord> added, boolean keep) {
            first = first == 0 ? added.get(0).offset() : first;
            last = added.get(added.size() - 1).offset();
            if (records != null && keep) {
                records.addAll(added);
            } else {
                records = null;
            }
        }
    }
}
