package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.SubtreeRunner;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * One processor on many streams of a server in another process: the memory of idle streams, and that no event is lost
 * if the connection breaks. 500 streams; {@code -Dmillrace.subtree.streams=10000} for the full test.
 */
@Isolated // it measures the heap of this process
class IdleStreamsTest {
    private static final int STREAMS = Integer.getInteger("millrace.subtree.streams", 500);
    private static final long MOST_BYTES_EACH = (256L << 20) / 10_000;
    private static final Duration BOUND = Duration.ofMinutes(5);
    private static final StreamPath TOP = StreamPath.of("/idle");

    /** Keeps all texts and answers each with their number. */
    private static final class Echo implements Processor<List<String>> {
        final Map<String, Integer> acted = new ConcurrentHashMap<>();

        @Override
        public String slug() {
            return "echo";
        }

        @Override
        public List<String> initialState() {
            return List.of();
        }

        @Override
        public List<String> reduce(List<String> state, Event event) {
            if (!event.type().equals("said")) {
                return state;
            }
            List<String> next = new ArrayList<>(state);
            next.add(event.payloadJson().path("text").asText());
            return List.copyOf(next);
        }

        @Override
        public CompletionStage<Void> afterAppend(List<String> state, Event event, Effects<List<String>> effects) {
            if (event.type().equals("said")) {
                acted.merge(effects.path() + " " + state.size(), 1, Integer::sum);
            }
            return Effects.none();
        }
    }

    private static StreamPath stream(int number) {
        return TOP.resolve("./g" + number % 100 + "/s" + number);
    }

    private static CompletableFuture<?> say(HttpEventStreams streams, StreamPath path, String text) {
        return streams.append(
                path,
                EventInput.builder()
                        .type("said")
                        .payload(JsonCodec.parse("{\"text\":\"" + text + "\"}"))
                        .build());
    }

    private static void all(List<CompletableFuture<?>> futures) throws Exception {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Test
    void should_hold_many_idle_streams_in_little_memory_and_act_on_each_through_cuts(@TempDir Path data)
            throws Exception {
        try (PackagedServer server = PackagedServer.on(data);
                CuttingProxy network = new CuttingProxy(server::baseUri);
                HttpEventStreams direct =
                        HttpEventStreams.builder(server.baseUri()).build();
                HttpEventStreams remote = HttpEventStreams.builder(network.uri())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .build()) {
            List<CompletableFuture<?>> made = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                made.add(say(direct, stream(i), "old " + i));
            }
            all(made);
            made.clear();
            long before = usedHeap();

            Echo echo = new Echo();
            long begun = System.nanoTime();
            try (SubtreeRunner<List<String>> runner = ProcessorRunner.builder(remote, echo).stream(TOP)
                    .subtree()
                    .maxActive(100)
                    .start()) {
                runner.awaitCaughtUp(BOUND);
                runner.awaitIdle(BOUND);
                long caughtUp = Duration.ofNanos(System.nanoTime() - begun).toMillis();
                long used = usedHeap();
                System.out.printf(
                        "%d streams caught up in %d ms; heap %.1f MiB, %.1f MiB before the runner%n",
                        STREAMS, caughtUp, used / 1048576.0, before / 1048576.0);
                assertThat(runner.status().streams()).isGreaterThan(STREAMS);
                assertThat(echo.acted).isEmpty();
                assertThat(used).isLessThan(256L << 20);
                assertThat(used - before).isLessThan(MOST_BYTES_EACH * STREAMS);

                List<StreamPath> chosen = new ArrayList<>();
                for (int round = 0; round < 10; round++) {
                    List<CompletableFuture<?>> said = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        chosen.add(stream((round * 10 + i) * (STREAMS / 100)));
                        chosen.add(TOP.resolve("./fresh/r" + round + "-" + i));
                        said.add(say(direct, chosen.get(chosen.size() - 2), "new"));
                        said.add(say(direct, chosen.get(chosen.size() - 1), "first"));
                    }
                    network.cut();
                    all(said);
                }

                Awaitility.await()
                        .atMost(BOUND)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> echo.acted.size() >= chosen.size());
                runner.awaitIdle(BOUND);
                assertThat(echo.acted.keySet())
                        .containsExactlyInAnyOrderElementsOf(chosen.stream()
                                .map(path -> path + (path.value().contains("fresh") ? " 1" : " 2"))
                                .toList());
                assertThat(echo.acted.values()).containsOnly(1);
            }
        }
    }
}
