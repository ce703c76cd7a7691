package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TailBackPressureTest {
    private static final int EVENT_BYTES = 64 * 1024;
    private static final int EVENTS = 3_000; // 190 MiB, much more than the buffers of sockets

    @Test
    void should_stop_the_service_from_writing_while_the_subscriber_is_busy() throws Exception {
        // given
        AtomicLong written = new AtomicLong();
        AtomicLong delivered = new AtomicLong();
        BusySubscriber busy = new BusySubscriber() {
            @Override
            public void onEvent(Event event) {
                super.onEvent(event);
                assertThat(event.offset()).isEqualTo(delivered.incrementAndGet());
            }
        };
        try (LiveService service = new LiveService(request -> write(request, written));
                HttpEventStreams streams =
                        HttpEventStreams.builder(service.uri()).build()) {
            streams.subscribe(Sample.PATH, 0, busy);
            // when
            await().atMost(Sample.PATIENCE).until(() -> written.get() > 0);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                long before = written.get();
                await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                return written.get() == before;
            });
            // then
            assertThat(written.get()).isLessThan(EVENTS / 2);
            assertThat(delivered).hasValue(0);
            // when
            busy.release();
            // then
            await().atMost(Duration.ofSeconds(60)).until(() -> delivered.get() == EVENTS);
            assertThat(busy.rest()).doesNotContain("disconnected");
        }
    }

    private static void write(LiveRequest request, AtomicLong written) {
        String filler = "{\"text\":\"" + "x".repeat(EVENT_BYTES) + "\"}";
        request.tail("A", 0);
        for (int offset = 1; offset <= EVENTS; offset++) {
            request.send("data: " + Sample.event(offset, "said", filler) + "\n\n");
            written.set(offset);
        }
    }
}
