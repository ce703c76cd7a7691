package dev.millrace.core.runner;

import dev.millrace.core.internal.lease.LeaseSource;
import dev.millrace.core.internal.lease.SharedLeaseSource;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Leases that several runners of one process use together: all runners of one processor that name the same root act
 * under one lease, see {@link ProcessorRunner.Builder#sharedLease}. A lease is claimed when its first runner starts,
 * and released when its last runner has stopped. So a number of runners costs no more lease events than one. All runners
 * must use the streams of the same project on the same service. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class SharedLeases {
    private final LeaseSource source;

    /** Claims and renews each lease on the executor of its first runner. */
    public SharedLeases() {
        this(Optional.empty());
    }

    /**
     * Claims and renews all leases on these threads.
     *
     * @param threads one thread is enough. Nothing else may block them: a renewal that is late by a lease time loses
     *     the lease
     */
    public SharedLeases(Executor threads) {
        this(Optional.of(threads));
    }

    private SharedLeases(Optional<Executor> threads) {
        this.source = new SharedLeaseSource(threads);
    }

    LeaseSource source() {
        return source;
    }
}
