package dev.millrace.core.internal.lease;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The progress store of a run that holds a lease. After the lease is lost, saves are refused, so that no snapshot is
 * made beyond the saved progress.
 */
record FencedProgressStore(ProgressStore store, BooleanSupplier holds, Loading loading)
        implements ProgressStore.Durable {
    interface Loading {
        Optional<Progress> load(ProgressStore from, String slug, StreamPath path);
    }

    /** A store that loads anew, because another process may have saved since. */
    FencedProgressStore(ProgressStore store, BooleanSupplier holds) {
        this(store, holds, ProgressStore::reload);
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return loading.load(store, slug, path);
    }

    @Override
    public void save(Progress progress) {
        if (!holds.getAsBoolean()) {
            throw new IllegalStateException("progress of '" + progress.slug() + "' on " + progress.path()
                    + " is not saved, because the lease has ended; nothing to do: the process with the next lease"
                    + " continues from the saved progress");
        }
        store.save(progress);
    }

    @Override
    public void flush() {
        if (store instanceof ProgressStore.Durable durable) {
            durable.flush();
        }
    }

    /** Does nothing: the store belongs to the caller of the runner. */
    @Override
    public void close() {}
}
