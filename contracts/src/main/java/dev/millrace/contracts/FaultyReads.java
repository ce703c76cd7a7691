package dev.millrace.contracts;

import dev.millrace.engine.spi.EventStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.Set;

/**
 * Makes reads of a store fail at random, as on a disk with errors. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class FaultyReads {
    private static final Set<String> READS = Set.of("head", "read", "lastPosition", "readSubtree", "standings");

    private final Random random = new Random();
    private double share;

    public FaultyReads() {}

    /** From now on this share of the reads, 0 to 1, fails. */
    public synchronized void begin(long seed, double shareOfReads) {
        random.setSeed(seed);
        share = shareOfReads;
    }

    public synchronized void end() {
        share = 0;
    }

    private synchronized boolean strikes() {
        return random.nextDouble() < share;
    }

    /** The store with these failures. Writes, and the reads of a transaction, do not fail. */
    public EventStore around(EventStore store) {
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (READS.contains(method.getName()) && strikes()) {
                        throw new IllegalStateException("the disk cannot be read at the moment");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }
}
