package dev.millrace.core.internal.lease;

import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import java.time.Duration;

/** Where runs get their leases from. Safe for use by many threads. */
public interface LeaseSource {
    /** Each run has a lease of its own. */
    LeaseSource OWN = LeaseKeeper::new;

    /**
     * A lease that is not used yet.
     *
     * @param root the stream that names the lease; the run may be below it
     */
    LeaseHandle lease(
            EventStreams streams,
            String slug,
            StreamPath root,
            Duration length,
            RunnerOptions options,
            LeaseHandle.Owner owner);

    /** The lease of a processor, as the {@link Fence}s of its appends name it. */
    record Terms(StreamPath root, Duration length, LeaseSource source) {}
}
