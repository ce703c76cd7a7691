package dev.millrace.client.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Clerk;
import dev.millrace.client.Parcel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real sender and a user's HTTP server, with lost, repeated and reordered deliveries. */
class PushDeliveryTest {
    private static final int ORDERS = 40;

    @Test
    void should_act_on_every_pushed_event_once_and_in_order() throws Exception {
        Clerk clerk = new Clerk();
        try (PushStage stage = new PushStage();
                PushReceiver<Long> receiver = PushReceiver.builder(stage.streams(), clerk)
                        .secret(PushStage.SECRET)
                        .build()) {
            stage.front(parcel -> parcel.to(receiver));
            stage.subscribe("/shop", "type = 'ordered'");
            for (int n = 1; n <= ORDERS; n++) {
                stage.order("/shop", n);
            }
            PushStage.await(() -> stage.receipts("/shop").size() == ORDERS);

            assertThat(clerk.acted("/shop")).isEqualTo(numbers());
            assertThat(stage.receipts("/shop")).isEqualTo(numbers());
            assertThat(receiver.openStreams()).isEqualTo(1);
        }
    }

    /** A proxy that loses, repeats and delays deliveries, and answers as if they had arrived. */
    private static final class Courier {
        private final PushReceiver<Long> receiver;
        private final Random random;
        private final Map<String, Deque<Parcel>> held = new ConcurrentHashMap<>();
        private final Map<String, Integer> seen = new ConcurrentHashMap<>();
        private volatile boolean careful;

        Courier(PushReceiver<Long> receiver, long seed) {
            this.receiver = receiver;
            this.random = new Random(seed);
        }

        PushResponse carry(Parcel parcel) {
            String path =
                    dev.millrace.core.JsonCodec.readEvent(parcel.body()).path().value();
            boolean first = seen.merge(path, 1, Integer::sum) == 1;
            Deque<Parcel> late = held.computeIfAbsent(path, any -> new ArrayDeque<>());
            switch (first || careful ? 9 : choice()) {
                case 0: // the delivery is lost, and the sender knows it
                    return PushResponse.of(500, "lost");
                case 1: // its answer is lost
                    parcel.to(receiver);
                    return PushResponse.of(500, "answer lost");
                case 2: // doubled
                    parcel.to(receiver);
                    return parcel.to(receiver);
                case 3: // the delivery is lost, but accepted
                    return PushResponse.of(200, "swallowed");
                case 4: // it arrives after the next ones
                    late.add(parcel);
                    return PushResponse.of(200, "held back");
                default:
                    PushResponse answer = parcel.to(receiver);
                    while (!late.isEmpty()) {
                        late.removeLast().to(receiver);
                    }
                    return answer;
            }
        }

        private synchronized int choice() {
            return random.nextInt(10);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void should_act_once_and_in_order_whatever_happens_to_deliveries(long seed) throws Exception {
        Clerk clerk = new Clerk();
        List<String> shops = List.of("/shop-a", "/shop-b", "/shop-c");
        try (PushStage stage = new PushStage();
                PushReceiver<Long> receiver = PushReceiver.builder(stage.streams(), clerk)
                        .secret(PushStage.SECRET)
                        .build()) {
            Courier courier = new Courier(receiver, seed);
            stage.front(courier::carry);
            for (String shop : shops) {
                stage.subscribe(shop, "type = 'ordered'");
            }
            for (int n = 1; n < ORDERS; n++) {
                for (String shop : shops) {
                    stage.order(shop, n);
                }
            }
            courier.careful = true; // only a later delivery makes the receiver read the lost ones
            for (String shop : shops) {
                stage.order(shop, ORDERS);
            }
            for (String shop : shops) {
                PushStage.await(() -> stage.receipts(shop).size() >= ORDERS);

                assertThat(clerk.acted(shop)).as("seed %d, %s", seed, shop).isEqualTo(numbers());
                assertThat(stage.receipts(shop)).isEqualTo(numbers());
            }
        }
    }

    @Test
    void should_go_on_in_another_receiver_where_the_sender_stands() throws Exception {
        Clerk clerk = new Clerk();
        try (PushStage stage = new PushStage()) {
            stage.subscribe("/shop", "type = 'ordered'");
            for (int start = 0; start < 3; start++) {
                try (PushReceiver<Long> receiver = PushReceiver.builder(stage.streams(), clerk)
                        .secret(PushStage.SECRET)
                        .build()) {
                    stage.front(parcel -> parcel.to(receiver));
                    List<Integer> orders = new ArrayList<>();
                    for (int n = 1; n <= 5; n++) {
                        orders.add(start * 5 + n);
                        stage.order("/shop", start * 5 + n);
                    }
                    PushStage.await(() -> stage.receipts("/shop").containsAll(orders));
                }
                stage.front(parcel -> PushResponse.of(503, "between two receivers"));
                stage.append("/shop", "chatter", "{}");
            }
            assertThat(stage.receipts("/shop"))
                    .isEqualTo(IntStream.rangeClosed(1, 15).boxed().toList());
        }
    }

    private static List<Integer> numbers() {
        return IntStream.rangeClosed(1, ORDERS).boxed().toList();
    }
}
