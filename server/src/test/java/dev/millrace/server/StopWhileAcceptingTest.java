package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Live reads that end before the first byte of their answer. */
@Timeout(60)
class StopWhileAcceptingTest {
    /** Whether reads of the head of a stream are blocked. */
    private volatile BooleanSupplier hold = () -> false;

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch mayLook = new CountDownLatch(1);
    private volatile boolean broken;

    @Test
    void should_tell_a_live_read_that_has_not_begun_to_come_back_later() throws Exception {
        try (RunningServer millrace = new RunningServer(holding(new InMemoryEventStore()), builder -> builder)) {
            try {
                String stream = freshStream();
                millrace.append(stream, "{\"type\":\"a\"}");
                // the head read of the request may pass; that of its tail may not
                hold = () -> millrace.server.liveReads() > 0;
                CompletableFuture<Answer> read = millrace.getLater(api(stream) + "?afterOffset=start");
                assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(millrace.server.liveReads()).isEqualTo(1);

                millrace.server.stop(Duration.ofSeconds(5));

                Answer answer = read.get(10, TimeUnit.SECONDS);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body()).contains("the server is stopping");
                assertThat(millrace.server.liveReads()).isZero();
            } finally {
                mayLook.countDown(); // now the tail connects, too late
            }
        }
    }

    @Test
    void should_forget_a_live_read_that_fails_before_it_begins() throws IOException {
        try (RunningServer millrace = new RunningServer(holding(new InMemoryEventStore()), builder -> builder)) {
            String stream = freshStream();
            millrace.append(stream, "{\"type\":\"a\"}");
            broken = true;
            mayLook.countDown();
            hold = () -> millrace.server.liveReads() > 0;

            assertThat(millrace.get(api(stream) + "?afterOffset=start").status())
                    .isEqualTo(500);

            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 0);
        }
    }

    private EventStore holding(EventStore store) {
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("head") && hold.getAsBoolean()) {
                        held.countDown();
                        assertThat(mayLook.await(20, TimeUnit.SECONDS)).isTrue();
                        if (broken) {
                            throw new IllegalStateException("the disk is not available");
                        }
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
