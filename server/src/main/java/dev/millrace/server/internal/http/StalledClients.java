package dev.millrace.server.internal.http;

import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients on which memory waits: those that send a body, and those that read an answer. If others need the memory,
 * a client that makes no progress loses its place. Thread-safe.
 */
public final class StalledClients {
    /** After so much time without progress, a reader can lose its place to others; they wait only a little longer. */
    static final Duration STALLED = Duration.ofSeconds(4);

    /** The same time for a client that sends a body, or takes the answer to it. */
    static final Duration STALLED_APPEND = Duration.ofSeconds(10);

    private final Map<MemoryShare, MemoryShare.Client> clients = new ConcurrentHashMap<>();

    void add(MemoryShare share, MemoryShare.Client client) {
        clients.put(share, client);
    }

    void remove(MemoryShare share) {
        clients.remove(share);
    }

    /**
     * Drops the stalled client that holds most of a pool.
     *
     * @return false if no stalled client holds anything
     */
    boolean dropOne(MemoryBudget.Pool pool) {
        Optional<MemoryShare> most = clients.entrySet().stream()
                .filter(entry -> entry.getKey().pool() == pool
                        && entry.getKey().held() > 0
                        && entry.getValue().hasStalled())
                .map(Map.Entry::getKey)
                .max(Comparator.comparingLong(MemoryShare::held));
        // removed first: each client is dropped once, also if its memory becomes free later
        most.map(clients::remove).ifPresent(client -> client.drop().run());
        return most.isPresent();
    }
}
