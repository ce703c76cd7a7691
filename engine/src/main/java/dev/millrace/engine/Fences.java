package dev.millrace.engine;

import dev.millrace.core.Fence;
import java.util.List;
import java.util.Optional;

/**
 * The gate beside pause: who appends under a lease must hold it. A lease is held from its own claim until the next one, both
 * of which the lease stream has under a key, so the answer is two look-ups in the transaction of the append itself. On the
 * writer thread.
 */
final class Fences {
    private Fences() {}

    /**
     * Refuses the request when one of its inputs comes from a lease that is not held. A known key is answered all the same.
     *
     * @throws dev.millrace.core.StreamException FENCED
     */
    static void check(StreamKey stream, List<Input> inputs, Group group) {
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            Optional<Fence> fence = input.fence();
            if (fence.isPresent()
                    && !isHeld(fence.get(), stream, group)
                    && input.key().flatMap(key -> group.find(stream, key)).isEmpty()) {
                throw new Refusal(stream.path(), i, inputs.size()).fenced(fence.get());
            }
        }
    }

    private static boolean isHeld(Fence fence, StreamKey stream, Group group) {
        StreamKey leases = new StreamKey(stream.project(), fence.leases());
        return group.find(leases, fence.claimKey()).isPresent()
                && group.find(leases, fence.nextClaimKey()).isEmpty();
    }
}
