package dev.millrace.engine.internal.append;

import dev.millrace.core.Fence;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;

/**
 * The check of fences: an append under a lease is refused if the lease is not held. A lease is held from its claim
 * until the next claim; the lease stream has both under a key, so this takes two look-ups, and the append
 * is stored only if both are still true. On the writer thread.
 */
final class FencingCheck {
    private FencingCheck() {}

    /** Refuses the request ({@code FENCED}) if an input without a known key names a lease that is not held. */
    static void check(StreamKey stream, List<PreparedEvent> inputs, CommitBatch commitBatch) {
        for (int i = 0; i < inputs.size(); i++) {
            PreparedEvent preparedEvent = inputs.get(i);
            Optional<Fence> fence = preparedEvent.fence();
            if (fence.isPresent()
                    && !isHeld(fence.get(), stream, commitBatch)
                    && preparedEvent
                            .key()
                            .flatMap(key -> key.find(text -> commitBatch.find(stream, text)))
                            .isEmpty()) {
                throw new AppendErrors(stream.path(), i, inputs.size()).fenced(fence.get());
            }
        }
    }

    private static boolean isHeld(Fence fence, StreamKey stream, CommitBatch commitBatch) {
        StreamKey leases = new StreamKey(stream.project(), fence.leases());
        return commitBatch.isTaken(leases, fence.claimKey()) && !commitBatch.isTaken(leases, fence.nextClaimKey());
    }
}
