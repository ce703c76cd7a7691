package dev.millrace.contracts;

import dev.millrace.engine.spi.EventStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.Set;

/** Makes reads of a store fail at random, as a disk does that is about to die. Safe for use by many threads. */
public final class FaultyReads {
    private static final Set<String> READS = Set.of("head", "read", "lastPosition", "readSubtree", "standings");

    private final Random random = new Random();
    private double share;

    /** Reads that succeed, until {@link #begin}. */
    public FaultyReads() {}

    /** From now on this share of the reads fails, from 0 to 1. */
    public synchronized void begin(long seed, double shareOfReads) {
        random.setSeed(seed);
        share = shareOfReads;
    }

    /** From now on every read succeeds. */
    public synchronized void end() {
        share = 0;
    }

    private synchronized boolean strikes() {
        return random.nextDouble() < share;
    }

    /** The store, whose reads fail as this says. Writes, and the reads of a transaction, do not. */
    public EventStore around(EventStore store) {
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (READS.contains(method.getName()) && strikes()) {
                        throw new IllegalStateException("the disk cannot be read right now");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }
}
