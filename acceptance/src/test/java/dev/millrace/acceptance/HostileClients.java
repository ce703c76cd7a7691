package dev.millrace.acceptance;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of hostile clients, each of which repeats one attack. It takes little processor time itself: the large
 * bodies are made once, and a client waits for each answer.
 */
final class HostileClients {
    private final URI server;
    private final AtomicInteger attempts = new AtomicInteger();
    private final Map<String, Map<String, Integer>> outcomes = new ConcurrentHashMap<>();
    private final Map<String, Long> longest = new ConcurrentHashMap<>();

    private HostileClients(URI server) {
        this.server = server;
    }

    /**
     * Attacks until the parent process closes its input, and then prints a line for each attack. Arguments: base URL of
     * the service, number of clients, weaknesses to aim at.
     */
    public static void main(String... arguments) throws IOException {
        HostileClients clients = new HostileClients(URI.create(arguments[0]));
        Set<String> items = Set.of(arguments[2].split(",", -1));
        List<HostileAttack> attacks = HostileAttack.all().stream()
                .filter(attack -> items.contains(attack.title().substring(0, 1)))
                .toList();
        for (int client = 0; client < Integer.parseInt(arguments[1]); client++) {
            clients.start(attacks.get(client % attacks.size()));
        }
        System.out.println("ready");
        int end = System.in.read();
        clients.print();
        System.out.flush();
        Runtime.getRuntime().halt(end == -1 ? 0 : end);
    }

    private void start(HostileAttack attack) {
        for (int i = 0; i < attack.atOnce(); i++) {
            Thread thread = new Thread(null, () -> repeat(attack), attack.title(), 128 * 1024);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void repeat(HostileAttack attack) {
        while (true) {
            long begin = System.nanoTime();
            String outcome;
            try {
                outcome = attack.attempt().make(server, attempts.incrementAndGet());
            } catch (Exception failed) {
                outcome = failed.getClass().getSimpleName();
            }
            longest.merge(attack.title(), (System.nanoTime() - begin) / 1_000_000, Math::max);
            outcomes.computeIfAbsent(attack.title(), title -> new ConcurrentHashMap<>())
                    .merge(outcome, 1, Integer::sum);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(attack.pauseMillis()));
        }
    }

    private void print() {
        for (Map.Entry<String, Map<String, Integer>> attack : new TreeMap<>(outcomes).entrySet()) {
            System.out.printf(
                    "%-40s longest %6d ms  %s%n",
                    attack.getKey(), longest.get(attack.getKey()), new TreeMap<>(attack.getValue()));
        }
    }
}
