package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Progress of a run that holds a lease. What was done before its turn is read once, anew, because another process may have
 * done it. When it holds the lease no more, what it believes to have done is refused, so that it counts as not saved, and no
 * snapshot is made beyond it.
 */
record FencedProgress(ProgressStore store, Optional<Progress> before, BooleanSupplier holds) implements ProgressStore {
    /** Reads what is there now. */
    static FencedProgress asOfNow(ProgressStore store, String slug, StreamPath path, BooleanSupplier holds) {
        Optional<Progress> before =
                store instanceof StreamProgressStore shared ? shared.loadAnew(slug, path) : store.load(slug, path);
        return new FencedProgress(store, before, holds);
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return before;
    }

    @Override
    public void save(Progress progress) {
        if (!holds.getAsBoolean()) {
            throw new IllegalStateException("progress of '" + progress.slug() + "' on " + progress.path()
                    + " is not saved, because the lease is over; whoever holds the next one goes on");
        }
        store.save(progress);
    }
}
