package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readers with a {@code Last-Event-ID} whose stream was destroyed in the meantime, or is just being destroyed. */
@Timeout(60)
class ReturningReaderTest {
    private static final ProjectSlug PROJECT = ProjectSlug.defaultProject();
    private static final StreamPath PATH = StreamPath.of("/a");
    private static final byte[] EVENT = "{\"type\": \"said\"}".getBytes(UTF_8);
    private static final Duration STOP = Duration.ofMillis(100);

    /** A subscriber that records every call as one line. */
    private static final class Lines implements Subscriber {
        private final List<String> calls = new CopyOnWriteArrayList<>();

        @Override
        public void onConnected(ConnectionInfo connected) {
            calls.add("connected " + connected.watermark());
        }

        @Override
        public void onEvent(Event event) {
            calls.add("event " + event.offset());
        }

        @Override
        public void onDisconnected(Throwable cause) {
            calls.add("disconnected");
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            calls.add("end " + failure);
        }

        void until(String call) {
            await().atMost(Duration.ofSeconds(30)).until(() -> calls.contains(call));
        }
    }

    private final Lines lines = new Lines();

    @Test
    void should_tell_a_client_that_its_stream_was_destroyed_while_it_was_away() throws Exception {
        comeBackAfter(ReturningReaderTest::destroy, engine -> {
            lines.until("end null");

            assertThat(lines.calls)
                    .containsExactly("connected 3", "event 1", "event 2", "event 3", "disconnected", "end null");
            assertThat(engine.head(PROJECT, PATH)).isEmpty();
        });
    }

    @Test
    void should_let_a_client_read_a_stream_that_was_created_again_while_it_was_away() throws Exception {
        Consumer<StreamEngine> createAgain = engine -> {
            destroy(engine);
            append(engine, 1);
        };
        comeBackAfter(createAgain, engine -> {
            lines.until("connected 2");
            append(engine, 1);
            await().atMost(Duration.ofSeconds(30)).until(() -> lines.calls.lastIndexOf("event 3") > 4);

            assertThat(lines.calls.subList(5, lines.calls.size()))
                    .containsExactly("connected 2", "event 1", "event 2", "event 3");
        });
    }

    /** A client reads three events; its server stops, and another one starts at the same address. */
    private void comeBackAfter(Consumer<StreamEngine> meanwhile, Consumer<StreamEngine> check) throws Exception {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            append(engine, 2);
            MillraceServer first = MillraceServer.builder(engine).start();
            try (HttpEventStreams streams = HttpEventStreams.builder(first.baseUri())
                    .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                    .build()) {
                streams.subscribe(PATH, 0, lines);
                lines.until("event 3");
                first.stop(STOP);
                lines.until("disconnected");
                meanwhile.accept(engine);
                MillraceServer second = MillraceServer.builder(engine)
                        .port(first.baseUri().getPort())
                        .start();
                try {
                    check.accept(engine);
                } finally {
                    second.stop(STOP);
                }
            }
        }
    }

    /** When a stream changes: the server looks for it once for the request, and again when it opens the read. */
    private enum Moment {
        AFTER_THE_FIRST_LOOK,
        BEFORE_THE_SECOND_LOOK
    }

    @ParameterizedTest
    @CsvSource({
        "'', AFTER_THE_FIRST_LOOK",
        "'', BEFORE_THE_SECOND_LOOK",
        "?caughtUp=true&afterOffset=1, AFTER_THE_FIRST_LOOK",
        "?caughtUp=true&afterOffset=1, BEFORE_THE_SECOND_LOOK",
        "?beforeOffset=end, AFTER_THE_FIRST_LOOK",
        "?beforeOffset=end, BEFORE_THE_SECOND_LOOK"
    })
    void should_end_if_the_stream_is_destroyed_while_the_read_begins(String query, Moment moment) throws Exception {
        ChangingStore changing = new ChangingStore(moment);
        try (RunningServer millrace = new RunningServer(changing.store, builder -> builder)) {
            append(millrace.engine, 3);
            changing.change(() -> destroy(millrace.engine));

            Answer answer = millrace.get(api(PATH.value()) + query, "Last-Event-ID", "3");

            assertThat(answer.status()).isEqualTo(204);
            assertThat(millrace.engine.head(PROJECT, PATH)).isEmpty();
            await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?caughtUp=true, AFTER_THE_FIRST_LOOK",
        "?caughtUp=true&beforeOffset=end, AFTER_THE_FIRST_LOOK",
        "?caughtUp=true&beforeOffset=end, BEFORE_THE_SECOND_LOOK"
    })
    void should_begin_anew_if_the_stream_is_created_again_while_the_read_begins(String query, Moment moment)
            throws Exception {
        ChangingStore changing = new ChangingStore(moment);
        try (RunningServer millrace = new RunningServer(changing.store, builder -> builder)) {
            append(millrace.engine, 3);
            changing.change(() -> {
                destroy(millrace.engine);
                append(millrace.engine, 1);
            });

            LiveReadClient reader = millrace.live(api(PATH.value()) + query, "Last-Event-ID", "3")
                    .awaitLine("event: caught-up");

            assertThat(reader.offsets()).containsExactly(1L, 2L);
            assertThat(reader.lines()).containsSubsequence("event: destroyed", "id: 1", "id: 2");
        }
    }

    private static void append(StreamEngine engine, int events) {
        for (int i = 0; i < events; i++) {
            engine.append(PROJECT, PATH, List.of(EVENT)).orTimeout(30, SECONDS).join();
        }
    }

    private static void destroy(StreamEngine engine) {
        engine.destroy(PROJECT, PATH, false).orTimeout(30, SECONDS).join();
    }

    /** A store in memory in which a stream changes at one moment of the next read. */
    private static final class ChangingStore {
        private final AtomicInteger looks = new AtomicInteger();
        private final AtomicReference<Runnable> change = new AtomicReference<>(() -> {});
        final EventStore store;

        ChangingStore(Moment moment) {
            EventStore memory = new InMemoryEventStore();
            store = (EventStore) Proxy.newProxyInstance(
                    EventStore.class.getClassLoader(),
                    new Class<?>[] {EventStore.class},
                    (proxy, method, arguments) -> {
                        int look = method.getName().equals("head") ? looks.incrementAndGet() : 0;
                        if (look == 2 && moment == Moment.BEFORE_THE_SECOND_LOOK) {
                            change.get().run();
                        }
                        try {
                            return method.invoke(memory, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getTargetException();
                        } finally {
                            if (look == 1 && moment == Moment.AFTER_THE_FIRST_LOOK) {
                                change.get().run();
                            }
                        }
                    });
        }

        void change(Runnable work) {
            change.set(work);
            looks.set(0);
        }
    }
}
