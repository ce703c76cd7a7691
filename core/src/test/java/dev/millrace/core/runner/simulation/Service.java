package dev.millrace.core.runner.simulation;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The service: all streams, and the check of leases. An append that names a lease is refused if a newer lease exists.
 */
final class Service {
    /** An observer of all appends. */
    interface Witness {
        void stored(Machine process, AppendResult appended, Optional<Fence> fence);
    }

    private final World world;
    private final Map<StreamPath, Log> logs = new HashMap<>();
    private Witness witness = (process, appended, fence) -> {};

    Service(World world) {
        this.world = world;
    }

    void watchedBy(Witness newWitness) {
        witness = newWitness;
    }

    Log at(StreamPath path) {
        return logs.computeIfAbsent(path, missing -> new Log(world, missing));
    }

    /** The stream of the processor. */
    Log log() {
        return at(Log.PATH);
    }

    /**
     * Stores an append of a process.
     *
     * @throws StreamException if it is refused
     */
    AppendResult append(Machine process, StreamPath path, EventInput input) {
        Log log = at(path);
        Optional<Fence> fence = input.metadata().flatMap(Fence::of);
        boolean known = input.idempotencyKey().filter(log::knows).isPresent();
        if (!known && fence.isPresent() && !isHeld(fence.get())) {
            world.note(process + " is fenced with " + fence.get().epoch() + ": " + input.type());
            throw new StreamException(StreamException.Code.FENCED, path, "lease " + fence.get() + " is not held");
        }
        AppendResult appended = log.append(input);
        if (!known) {
            witness.stored(process, appended, fence);
        }
        return appended;
    }

    private boolean isHeld(Fence fence) {
        Log leases = at(fence.leases());
        return leases.knows(fence.claimKey()) && !leases.knows(fence.nextClaimKey());
    }
}
