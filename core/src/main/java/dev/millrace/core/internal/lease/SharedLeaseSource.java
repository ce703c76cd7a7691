package dev.millrace.core.internal.lease;

import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Leases that the runs of one process share: one for each processor and root. A lease is claimed when its first run
 * starts, and released when its last run has stopped. Safe for use by many threads.
 */
public final class SharedLeaseSource implements LeaseSource {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private record Key(String slug, StreamPath root) {}

    private final Optional<Executor> threads;

    /** Guarded by this. No lease is called under the lock. */
    private final Map<Key, SharedLease> leases = new HashMap<>();

    /**
     * @param threads where leases are claimed and renewed; without them on the executor of the first run. Work that
     *     blocks there would delay the renewals
     */
    public SharedLeaseSource(Optional<Executor> threads) {
        this.threads = threads;
    }

    @Override
    public LeaseHandle lease(
            EventStreams streams,
            String slug,
            StreamPath root,
            Duration length,
            RunnerOptions options,
            LeaseHandle.Owner owner) {
        Key key = new Key(slug, root);
        RunnerOptions own = threads.map(options::on).orElse(options);
        return new Use(key, () -> new SharedLease(streams, key, length, own), options.executor(), owner);
    }

    /** A lease with one keeper and several users. */
    private final class SharedLease implements LeaseHandle.Owner {
        final LeaseKeeper keeper;

        /** Guarded by the source. */
        final Set<Use> users = new LinkedHashSet<>();

        /** Guarded by the source. */
        @Nullable Fence current;

        SharedLease(EventStreams streams, Key key, Duration length, RunnerOptions options) {
            this.keeper = new LeaseKeeper(streams, key.slug(), key.root(), length, options, this);
        }

        @Override
        public void gained(Fence fence) {
            synchronized (SharedLeaseSource.this) {
                current = fence;
                users.forEach(use -> use.tell(() -> use.owner.gained(fence)));
            }
        }

        @Override
        public void lost() {
            synchronized (SharedLeaseSource.this) {
                current = null;
                users.forEach(use -> use.tell(use.owner::lost));
            }
        }

        @Override
        public void standsBy() {
            synchronized (SharedLeaseSource.this) {
                users.forEach(use -> use.tell(use.owner::standsBy));
            }
        }
    }

    private interface Opening {
        SharedLease open();
    }

    private final class Use implements LeaseHandle {
        private final Key key;
        private final Opening opening;
        private final Executor executor;
        private final Owner owner;
        private volatile @Nullable SharedLease shared;

        /** Guarded by the source. */
        private boolean stopped;

        private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

        Use(Key key, Opening opening, Executor executor, Owner owner) {
            this.key = key;
            this.opening = opening;
            this.executor = executor;
            this.owner = owner;
        }

        @Override
        public void start() {
            SharedLease lease;
            boolean first;
            synchronized (SharedLeaseSource.this) {
                if (stopped) {
                    return;
                }
                lease = leases.computeIfAbsent(key, missing -> opening.open());
                first = lease.users.isEmpty();
                lease.users.add(this);
                shared = lease;
                Fence current = lease.current;
                if (current != null) {
                    tell(() -> owner.gained(current));
                }
            }
            if (first) {
                lease.keeper.start();
            } else if (lease.keeper.isTaken()) {
                synchronized (SharedLeaseSource.this) {
                    tell(owner::standsBy);
                }
            }
        }

        /** Called with the lock of the source. */
        private void tell(Runnable call) {
            told = told.thenRunAsync(call, executor).exceptionally(thrown -> {
                LOG.log(
                        Level.ERROR,
                        "a run of '" + key.slug() + "' failed to follow a change of its lease on " + key.root(),
                        thrown);
                return null;
            });
        }

        @Override
        public boolean holds(Fence fence) {
            SharedLease lease = shared;
            return lease != null && lease.keeper.holds(fence);
        }

        @Override
        public boolean isTaken() {
            SharedLease lease = shared;
            return lease != null && lease.keeper.isTaken();
        }

        @Override
        public void fenced(Fence fence) {
            SharedLease lease = shared;
            if (lease != null) {
                lease.keeper.fenced(fence);
            }
        }

        @Override
        public Optional<String> refusal() {
            SharedLease lease = shared;
            return lease == null ? Optional.empty() : lease.keeper.refusal();
        }

        @Override
        public CompletableFuture<?> stop() {
            SharedLease last = null;
            synchronized (SharedLeaseSource.this) {
                stopped = true;
                SharedLease lease = shared;
                shared = null;
                if (lease != null && lease.users.remove(this) && lease.users.isEmpty()) {
                    leases.remove(key);
                    last = lease;
                }
            }
            return last == null ? CompletableFuture.completedFuture(null) : last.keeper.stop();
        }
    }
}
