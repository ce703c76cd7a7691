package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.testkit.faults.Fault;
import dev.millrace.testkit.faults.FaultServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tails and appends against a server with random faults. */
@Tag("jdk")
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

    /** A fault that ends or disturbs a response; a response that stalls is closed after a few heartbeats. */
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
    void should_store_a_keyed_event_once_although_its_answer_is_lost_three_times() {
        server.next(Fault.drop(), Fault.none().cutAfter(30), Fault.none().halfCloseAfter(90));

        AppendResult appended = get(streams.append(PATH, Sample.keyed("said", "{\"n\":1}", "k")));

        assertThat(appended.offset()).isEqualTo(2);
        assertThat(appended.replayed()).isTrue();
        assertThat(get(server.streams().read(PATH, ReadRange.all()))).hasSize(2);
        assertThat(server.waiting()).isZero();
    }
    // endregion

    @Test
    void should_report_an_answer_lost_for_the_fourth_time_and_find_the_event_when_asked_again() {
        EventInput input = Sample.keyed("said", "{\"n\":1}", "k");
        server.next(
                Fault.none().resetAfter(60),
                Fault.drop(),
                Fault.drop(),
                Fault.none().cutAfter(1));

        StreamException failure = AppendTest.failure(streams.append(PATH, input));
        assertThat(failure.code()).isEqualTo(StreamException.Code.UNAVAILABLE);
        AppendResult again = get(streams.append(PATH, input));

        assertThat(again.offset()).isEqualTo(2);
        assertThat(again.replayed()).isTrue();
        assertThat(get(server.streams().read(PATH, ReadRange.all()))).hasSize(2);
        assertThat(server.requests()).hasSize(5);
    }

    @Test
    void should_not_send_again_what_has_no_key_or_was_refused() {
        server.next(Fault.drop(), Fault.unavailable(Duration.ZERO));

        assertThat(AppendTest.failure(streams.append(PATH, Sample.input("said", "{\"n\":1}")))
                        .code())
                .isEqualTo(StreamException.Code.UNAVAILABLE);
        assertThat(AppendTest.failure(streams.append(PATH, Sample.keyed("said", "{\"n\":2}", "k"))))
                .hasMessageContaining("503");

        assertThat(server.requests()).hasSize(2);
        assertThat(get(server.streams().read(PATH, ReadRange.all())))
                .as("the first was stored, the second was not")
                .hasSize(2);
    }

    @Test
    void should_store_a_batch_of_keyed_events_once_in_order_through_any_three_faults() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            StreamPath path = StreamPath.of("/batch-" + seed);
            for (int n = 0; n < 3; n++) {
                server.next(lost(random));
            }
            List<EventInput> batch = IntStream.range(0, 5)
                    .mapToObj(n -> Sample.keyed("said", "{\"n\":" + n + "}", "k" + n))
                    .toList();

            List<AppendResult> appended = get(streams.appendAll(path, batch));

            assertThat(appended)
                    .as("seed %d", seed)
                    .extracting(AppendResult::offset)
                    .containsExactly(2L, 3L, 4L, 5L, 6L);
            assertThat(get(server.streams().read(path, ReadRange.all())))
                    .as("seed %d", seed)
                    .filteredOn(event -> event.offset() > 1)
                    .extracting(event -> event.payloadJson().path("n").intValue())
                    .containsExactly(0, 1, 2, 3, 4);
            assertThat(server.waiting()).as("seed %d", seed).isZero();
        }
    }

    /** A fault after the append was stored: the response is cut within its head. */
    private static Fault lost(Random random) {
        int bytes = random.nextInt(100);
        return switch (random.nextInt(4)) {
            case 0 -> Fault.drop();
            case 1 -> Fault.none().cutAfter(bytes);
            case 2 -> Fault.none().resetAfter(bytes);
            default -> Fault.none().halfCloseAfter(bytes);
        };
    }

    private void store(StreamPath path, int number) {
        get(server.streams().append(path, Sample.input("said", "{\"text\":\"größe " + number + "\"}")));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
