package dev.millrace.core.internal.subtree;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.lang.System.Logger.Level;

/**
 * A stored mark that a processor has run on a subtree. If the mark is set, a stream without progress was created after
 * that run, so its first events cause effects.
 */
public final class FirstAttachMarker {
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

    /** True if this stream was created after an earlier run had caught up with all streams. */
    boolean isNew(StreamPath path, String incarnation) {
        return wasSet
                && store.load(identity.slug(), path)
                        .filter(progress -> progress.incarnation().equals(incarnation))
                        .isEmpty();
    }

    /** Saves the mark, once every stream of the subtree has caught up. */
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
                    "mark of '" + identity.slug() + "' below " + identity.path()
                            + " was not saved: events of streams that"
                            + " are created while no runner runs will cause no effects",
                    notSaved);
        }
    }

    private String slug() {
        return slug(identity.slug());
    }

    /** The name under which the mark of a processor is stored. */
    public static String slug(String processor) {
        return processor + ".subtree";
    }
}
