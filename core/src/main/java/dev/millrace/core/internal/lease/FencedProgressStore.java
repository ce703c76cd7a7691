package dev.millrace.core.internal.lease;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Progress of a run that holds a lease. It is read anew, because another process may have held the one before. When it holds the
 * lease no more, what it believes to have done is refused, so that it counts as not saved, and no snapshot is made beyond it.
 */
record FencedProgressStore(ProgressStore store, BooleanSupplier holds) implements ProgressStore.Durable {
    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return store.reload(slug, path);
    }

    @Override
    public void save(Progress progress) {
        if (!holds.getAsBoolean()) {
            throw new IllegalStateException("progress of '" + progress.slug() + "' on " + progress.path()
                    + " is not saved, because the lease is over; whoever holds the next one goes on");
        }
        store.save(progress);
    }

    @Override
    public void flush() {
        if (store instanceof ProgressStore.Durable durable) {
            durable.flush();
        }
    }

    /** The store is not this run's own. */
    @Override
    public void close() {}
}
