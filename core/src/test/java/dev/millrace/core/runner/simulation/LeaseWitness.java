package dev.millrace.core.runner.simulation;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.simulation.Ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A checker of all appends and saves of lease holders. */
final class LeaseWitness implements Service.Witness {
    static final StreamPath LEASES = Fence.leases("ledger", Log.PATH);

    private final World world;
    private final Service service;
    private final List<Map<Integer, Machine>> before = new ArrayList<>();
    private Map<Integer, Machine> claimants = new HashMap<>();
    private final TreeMap<Long, Integer> unsettled = new TreeMap<>();
    private int newest;

    LeaseWitness(World world, Service service) {
        this.world = world;
        this.service = service;
        service.watchedBy(this);
    }

    int newest() {
        return newest;
    }

    /** The lease stream was destroyed; the epochs start again at 1. */
    void beginsAnew() {
        before.add(claimants);
        claimants = new HashMap<>();
        newest = 0;
    }

    /**
     * True if it held a lease of this epoch in an earlier incarnation of the lease stream, which the service cannot
     * distinguish.
     */
    private boolean heldBefore(Machine process, int epoch) {
        return before.stream().anyMatch(life -> life.get(epoch) == process);
    }

    /** The process that claimed the newest lease. */
    Optional<Machine> holder() {
        return Optional.ofNullable(claimants.get(newest));
    }

    /** A question was accepted. */
    void asked(Entry.Asked asked, long offset) {
        unsettled.put(offset, asked.id());
    }

    @Override
    public void stored(Machine process, AppendResult appended, Optional<Fence> fence) {
        Event event = appended.event();
        Optional<BuiltInType> type = BuiltInType.of(event.type());
        if (type.filter(BuiltInType.LEASE_CLAIMED::equals).isPresent()) {
            claimed(process, event.payloadJson().path("epoch").intValue());
        } else {
            writtenUnder(fence, process, event);
        }
        Event decoded = event.decodedBy(Ledger.EVENTS);
        if (decoded.payload() instanceof Entry.Answered answered) {
            unsettled.values().remove(answered.id());
        } else if (type.filter(BuiltInType.EFFECT_FAILED::equals).isPresent()) {
            unsettled.remove(event.payloadJson().at("/source/offset").asLong());
        }
    }

    private void claimed(Machine process, int epoch) {
        world.note(process + " has claimed " + epoch);
        if (epoch != newest + 1) {
            world.complain(process + " claims " + epoch + " after " + newest);
        }
        newest = epoch;
        claimants.put(epoch, process);
    }

    /** Checks an append: it must name a lease, the process must hold it, and no newer one may be claimed. */
    private void writtenUnder(Optional<Fence> fence, Machine process, Event event) {
        if (fence.isEmpty()) {
            world.complain(process + " appends without a lease: " + event);
        } else if (fence.get().epoch() != newest
                || (claimants.get(newest) != process && !heldBefore(process, newest))) {
            world.complain(process + " appends under " + fence.get() + ", but " + newest + " is held by "
                    + claimants.get(newest) + ": " + event);
        }
    }

    /** Checks saved progress: all effects up to it must have finished. */
    void saved(Machine process, Progress progress) {
        if (!unsettled.headMap(progress.acknowledgedThrough(), true).isEmpty()) {
            world.complain(process + " saves " + progress.acknowledgedThrough() + ", and did not settle " + unsettled);
        }
        if (progress.acknowledgedThrough() > service.log().events().size()) {
            world.complain(process + " saves " + progress + " beyond the head");
        }
    }
}
