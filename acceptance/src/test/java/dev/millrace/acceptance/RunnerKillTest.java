package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.EventType;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A runner survives kills: {@link Cashier} gets orders all the time and is killed {@code -Dmillrace.kills} times at
 * random moments, also during its start.
 */
class RunnerKillTest {
    private static final System.Logger LOG = System.getLogger("dev.millrace.acceptance");
    private static final int KILLS = Rounds.KILLS;
    private static final String SEED = "seed " + Rounds.SEED;
    private static final Duration BOUND = Duration.ofSeconds(120 + KILLS);
    private static final String STREAM = "/kill/cashier";
    private static final int BETWEEN_ORDERS = 100;
    private static final int MOST_ORDERS = 20 * KILLS;

    private final AtomicInteger orders = new AtomicInteger();
    private final Set<Integer> accepted = new ConcurrentSkipListSet<>();

    @Test
    void should_answer_every_order_once_and_pay_none_twice(@TempDir Path directory) throws Exception {
        Random random = Rounds.random();
        Path payments = directory.resolve("payments");
        Files.createFile(payments);
        ScheduledExecutorService customers = Executors.newSingleThreadScheduledExecutor();
        try (PackagedServer server = PackagedServer.inMemory()) {
            assertThat(server.append(
                                    STREAM,
                                    EventType.of("https://events.iterate.com/events/stream/circuit-breaker-configured"),
                                    "{\"enabled\":false}")
                            .status())
                    .isEqualTo(200);
            RunnerProcess first = start(server, directory, payments);
            first.awaitReady(); // events before the first attach cause no effects
            ScheduledFuture<?> coming =
                    customers.scheduleWithFixedDelay(() -> order(server), 0, BETWEEN_ORDERS, TimeUnit.MILLISECONDS);
            first.live(random.nextInt(400));
            first.kill();
            for (int kill = 1; kill < KILLS; kill++) {
                RunnerProcess process = start(server, directory, payments);
                if (random.nextInt(4) > 0) {
                    process.awaitReady();
                    process.live(random.nextInt(400));
                } else {
                    process.live(random.nextInt(1000));
                }
                process.kill();
            }
            assertThat(coming.isDone()).as("sending orders failed").isFalse();
            customers.shutdown();
            assertThat(customers.awaitTermination(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            RunnerProcess last = start(server, directory, payments);
            try {
                Awaitility.await(SEED)
                        .atMost(BOUND)
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> isSettled(server));
            } finally {
                last.kill();
            }
            judge(server, payments);
        } finally {
            customers.shutdownNow();
        }
    }

    private static RunnerProcess start(PackagedServer server, Path directory, Path payments) throws IOException {
        return RunnerProcess.start(
                Cashier.class,
                server.baseUri().toString(),
                STREAM,
                directory.resolve("progress").toString(),
                payments.toString());
    }

    private void order(PackagedServer server) {
        if (orders.get() >= MOST_ORDERS) {
            return; // a slow machine needs more time, not more orders
        }
        int id = orders.incrementAndGet();
        Answer answer = server.append(STREAM, "{\"type\":\"order\",\"payload\":{\"id\":" + id + "}}");
        if (answer.status() == 200) {
            accepted.add(id);
        }
    }

    private boolean isSettled(PackagedServer server) {
        List<JsonNode> events = server.history(STREAM).events();
        Set<Integer> known = new HashSet<>(count(events, "payment-settled").keySet());
        known.addAll(count(events, "payment-outcome-unknown").keySet());
        return known.containsAll(accepted);
    }

    private void judge(PackagedServer server, Path payments) throws IOException {
        List<JsonNode> events = server.history(STREAM).events();
        Map<Integer, Long> settled = count(events, "payment-settled");
        Map<Integer, Long> unknown = count(events, "payment-outcome-unknown");
        List<Integer> paid =
                Files.readAllLines(payments).stream().map(Integer::valueOf).toList();
        LOG.log(
                Level.INFO,
                () -> KILLS + " kills, " + accepted.size() + " orders, " + paid.size() + " paid, " + settled.size()
                        + " settled, " + unknown.size() + " of unknown outcome; " + SEED);

        assertThat(accepted).as(SEED).isNotEmpty();
        assertThat(count(events, "order").keySet()).as(SEED).containsAll(accepted);
        for (String once : List.of("order", "receipt", "payment-started")) {
            assertThat(count(events, once).keySet()).as("%s, %s", once, SEED).containsAll(accepted);
            assertThat(count(events, once).values()).as("%s, %s", once, SEED).containsOnly(1L);
        }
        assertThat(settled.values()).as(SEED).allMatch(times -> times == 1);
        assertThat(unknown.values()).as(SEED).allMatch(times -> times == 1);
        assertThat(unknown).as("at most one per kill, %s", SEED).hasSizeLessThanOrEqualTo(KILLS);
        assertThat(paid).as("paid, %s", SEED).doesNotHaveDuplicates().containsAll(settled.keySet());
        Set<Integer> accountedFor = new HashSet<>(settled.keySet());
        accountedFor.addAll(unknown.keySet());
        assertThat(accountedFor).as(SEED).containsAll(paid).containsAll(accepted);
        assertThat(events)
                .as(SEED)
                .noneMatch(event -> event.path("type").asText().startsWith("millrace/effect-failed"));
    }

    private static Map<Integer, Long> count(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .collect(Collectors.groupingBy(
                        event -> event.at("/payload/id").asInt(), TreeMap::new, Collectors.counting()));
    }
}
