package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Appended;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.testkit.Fault;
import dev.millrace.testkit.FaultServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tails and appends against a server that fails in every way it can. */
class FaultToleranceTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final long LIMIT_SECONDS = 60;

    private final FaultServer server = FaultServer.start();
    private final HttpEventStreams streams = HttpEventStreams.builder(server.uri())
            .backoff(Duration.ofNanos(1), Duration.ofMillis(2))
            .heartbeat(Duration.ofMillis(100))
            .build();

    @AfterEach
    void close() {
        streams.close();
        server.close();
    }

    @Test
    void should_deliver_every_event_once_and_in_order_through_any_faults() throws Exception {
        for (long seed = 1; seed <= 10; seed++) {
            Random random = new Random(seed);
            StreamPath path = StreamPath.of("/seed-" + seed);
            IntStream.range(0, 8).forEach(n -> store(path, n));
            for (int n = 0; n < 12; n++) {
                server.next(fault(random));
            }
            RecordingSubscriber subscriber = new RecordingSubscriber();
            Subscription subscription = streams.subscribe(path, 0, subscriber);
            IntStream.range(8, 12).forEach(n -> store(path, n));

            List<String> calls = new ArrayList<>(subscriber.until("event 13"));
            subscription.close();
            calls.addAll(subscriber.until("end"));

            assertThat(calls.stream().filter(call -> call.startsWith("event ")))
                    .as("seed %d: %s", seed, calls)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 13)
                            .mapToObj(n -> "event " + n)
                            .toList());
        }
    }

    /** One that ends an answer, or has it come strangely; what stalls is given up after a few heartbeats. */
    private static Fault fault(Random random) {
        int bytes = random.nextInt(1_500);
        return switch (random.nextInt(8)) {
            case 0 -> Fault.drop();
            case 1 -> Fault.none().cutAfter(bytes);
            case 2 -> Fault.none().resetAfter(bytes);
            case 3 -> Fault.none().halfCloseAfter(bytes);
            case 4 -> Fault.duplicate().cutAfter(bytes);
            case 5 -> Fault.unavailable(Duration.ZERO);
            case 6 -> Fault.none().cutAfter(bytes).inPiecesOf(1 + random.nextInt(5));
            default -> random.nextInt(4) == 0 ? Fault.none().stallAfter(bytes) : Fault.refuse(502, Duration.ZERO);
        };
    }

    // region faults
    @Test
    void should_store_a_keyed_event_once_however_often_its_answer_is_lost() throws Exception {
        server.next(
                Fault.drop(),
                Fault.unavailable(Duration.ZERO),
                Fault.none().cutAfter(30),
                Fault.none().halfCloseAfter(90),
                Fault.none().resetAfter(60));

        CompletableFuture<Appended> appended = streams.append(PATH, Sample.keyed("said", "{\"n\":1}", "k"));

        assertThat(appended.get(LIMIT_SECONDS, TimeUnit.SECONDS).offset()).isEqualTo(2);
        assertThat(server.streams().read(PATH, ReadRange.all()).get(LIMIT_SECONDS, TimeUnit.SECONDS))
                .hasSize(2);
        assertThat(server.waiting()).isZero();
    }
    // endregion

    private void store(StreamPath path, int number) {
        try {
            server.streams()
                    .append(path, Sample.input("said", "{\"text\":\"größe " + number + "\"}"))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("event " + number + " was not stored", e);
        }
    }
}
