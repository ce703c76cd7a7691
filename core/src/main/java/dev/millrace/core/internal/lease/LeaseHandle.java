package dev.millrace.core.internal.lease;

import dev.millrace.core.Fence;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A lease as one run uses it. Safe for use by many threads. */
public interface LeaseHandle {
    /** The user of the lease. Called on the executor, one call at a time, in order. */
    interface Owner {
        void gained(Fence fence);

        void lost();

        /** Another process holds the lease, or the service refuses the claim. */
        default void standsBy() {}
    }

    /** Begins to claim the lease. */
    void start();

    /** True if this process, as far as it knows, still holds the lease. */
    boolean holds(Fence fence);

    /** True if another process holds the lease, as far as this one knows, or if the last claim was refused. */
    boolean isTaken();

    /** The service refused an append under this lease, because a newer one exists. */
    void fenced(Fence fence);

    /** The reason why the last claim was refused; empty if another process was faster. */
    Optional<String> refusal();

    /**
     * Stops the use; the last use in the process releases the lease. Completes when the release is stored, or has
     * failed.
     */
    CompletableFuture<?> stop();
}
