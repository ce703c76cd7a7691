package dev.millrace.core.internal.subtree;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.lang.System.Logger.Level;

/**
 * Remembers that a processor has been on a subtree, with the progress of its streams. A stream without progress of its
 * own is then one that was made since, whose first events are still to be acted on, and not one that was there before.
 */
final class FirstAttachMarker {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final ProgressStore store;
    private final ProducerIdentity identity;
    private final boolean wasSet;
    private volatile boolean isSet;

    FirstAttachMarker(ProgressStore store, ProducerIdentity identity) {
        this.store = store;
        this.identity = identity;
        this.wasSet = store.load(slug(), identity.path()).isPresent();
        this.isSet = wasSet;
    }

    /** Whether this stream was made after an earlier run of the processor had come to know every stream there was. */
    boolean isNew(StreamPath path, String incarnation) {
        return wasSet
                && store.load(identity.slug(), path)
                        .filter(progress -> progress.incarnation().equals(incarnation))
                        .isEmpty();
    }

    /** Every stream of the subtree has caught up, and has progress from now on. */
    void set() {
        if (isSet) {
            return;
        }
        isSet = true;
        try {
            store.save(new Progress(slug(), identity.path(), "", 1));
        } catch (RuntimeException notSaved) {
            LOG.log(
                    Level.WARNING,
                    "it was not saved that '" + identity.slug() + "' runs below " + identity.path()
                            + "; streams made while it is down are taken for old ones",
                    notSaved);
        }
    }

    private String slug() {
        return identity.slug() + ".subtree";
    }
}
