package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Clients that append to streams of their own, each of them once in a period. Beside an append that takes longer than
 * the period, the appends that would have been due meanwhile count too, each with the time that it would have waited.
 */
final class CalmClients implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(100);
    private static final long BOUND_SECONDS = 120;
    private static final int KEPT_FAILURES = 10;

    private final HttpEventStreams streams;
    private final int count;

    CalmClients(URI server, int count) {
        this.streams = HttpEventStreams.builder(server)
                .idempotencyKeys(() -> UUID.randomUUID().toString())
                .build();
        this.count = count;
    }

    /**
     * The times of the appends in one part of a test.
     *
     * @param micros the times, sorted
     * @param failures the appends that failed after the client's retries, and why the first of them did
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Times(long[] micros, int appends, int failed, List<String> failures) {
        long quantile(double part) {
            return micros.length == 0 ? 0 : micros[(int) Math.min(micros.length - 1, part * micros.length)];
        }

        String row(String name) {
            return String.format(
                    "%-8s %8d %8d %10.1f %10.1f %10.1f %10.1f",
                    name,
                    appends,
                    failed,
                    quantile(0.5) / 1e3,
                    quantile(0.99) / 1e3,
                    quantile(0.999) / 1e3,
                    quantile(1) / 1e3);
        }

        static String header() {
            return String.format(
                    "%-8s %8s %8s %10s %10s %10s %10s",
                    "", "appends", "failed", "p50 ms", "p99 ms", "p99.9 ms", "longest");
        }
    }

    /** Appends for this time, and waits for the last answers. */
    Times append(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        List<Client> clients = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Client client = new Client(StreamPath.of("/calm/" + number), end);
            clients.add(client);
            client.start();
        }
        for (Client client : clients) {
            client.join();
        }
        long[] micros = clients.stream()
                .flatMapToLong(client -> Arrays.stream(client.micros, 0, client.size))
                .sorted()
                .toArray();
        return new Times(
                micros,
                clients.stream().mapToInt(client -> client.appends).sum(),
                clients.stream().mapToInt(client -> client.failed).sum(),
                clients.stream()
                        .flatMap(client -> client.failures.stream())
                        .limit(KEPT_FAILURES)
                        .toList());
    }

    @Override
    public void close() {
        streams.close();
    }

    private final class Client extends Thread {
        private final StreamPath path;
        private final long end;
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private long[] micros = new long[1_000];
        private int size;
        private int appends;
        private int failed;

        Client(StreamPath path, long end) {
            super("calm" + path);
            this.path = path;
            this.end = end;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                for (long begin = System.nanoTime(); begin - end < 0; begin = System.nanoTime()) {
                    append();
                    long took = System.nanoTime() - begin;
                    for (long wait = took; wait > 0; wait -= PERIOD.toNanos()) {
                        note(wait / 1_000);
                    }
                    TimeUnit.NANOSECONDS.sleep(PERIOD.toNanos() - took % PERIOD.toNanos());
                }
            } catch (InterruptedException e) {
                interrupt();
            }
        }

        private void append() throws InterruptedException {
            appends++;
            try {
                streams.append(
                                path,
                                EventInput.builder()
                                        .type("calm")
                                        .payload(JsonNodeFactory.instance
                                                .objectNode()
                                                .put("count", appends))
                                        .build())
                        .get(BOUND_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failed++;
                if (failures.size() < KEPT_FAILURES) {
                    failures.add(path + ": " + e);
                }
            }
        }

        private void note(long time) {
            if (size == micros.length) {
                micros = Arrays.copyOf(micros, 2 * size);
            }
            micros[size++] = time;
        }
    }
}
