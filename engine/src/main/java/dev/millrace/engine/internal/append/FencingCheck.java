package dev.millrace.engine.internal.append;

import dev.millrace.core.Fence;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;

/**
 * The gate beside pause: who appends under a lease must hold it. A lease is held from its own claim until the next one, both
 * of which the lease stream has under a key, so the answer is two look-ups in the transaction of the append itself. On the
 * writer thread.
 */
final class FencingCheck {
    private FencingCheck() {}

    /**
     * Refuses the request when one of its inputs comes from a lease that is not held. A known key is answered all the same.
     *
     * @throws dev.millrace.core.StreamException FENCED
     */
    static void check(StreamKey stream, List<PreparedEvent> inputs, CommitBatch group) {
        for (int i = 0; i < inputs.size(); i++) {
            PreparedEvent input = inputs.get(i);
            Optional<Fence> fence = input.fence();
            if (fence.isPresent()
                    && !isHeld(fence.get(), stream, group)
                    && input.key().flatMap(key -> group.find(stream, key)).isEmpty()) {
                throw new AppendErrors(stream.path(), i, inputs.size()).fenced(fence.get());
            }
        }
    }

    private static boolean isHeld(Fence fence, StreamKey stream, CommitBatch group) {
        StreamKey leases = new StreamKey(stream.project(), fence.leases());
        return group.find(leases, fence.claimKey()).isPresent()
                && group.find(leases, fence.nextClaimKey()).isEmpty();
    }
}
