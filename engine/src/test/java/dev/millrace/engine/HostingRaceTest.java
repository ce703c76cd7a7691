package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.internal.commit.CommitListener;
import dev.millrace.engine.internal.hosting.ProcessorHost;
import dev.millrace.engine.internal.hosting.ProcessorStateCache;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes of a stream while the host is busy. */
@Tag("jdk")
class HostingRaceTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    /** Appends an answer to each {@code said} event; its reducer throws for a broken one. */
    private record Answerer(String slug) implements Processor<Integer> {
        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            if (event.type().equals("broken")) {
                throw new IllegalStateException("cannot reduce this");
            }
            return count + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            return event.type().equals("said")
                    ? Effects.done(effects.append(EventDraft.of(EventInput.ofType("answered"))))
                    : Effects.none();
        }
    }

    private record Provider(String name, boolean everywhere, Runnable onCreate) implements ProcessorProvider {
        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            onCreate.run();
            return new Answerer(name);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void should_act_on_the_next_life_of_a_stream_that_began_before_the_host_heard_of_the_end() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        Provider slow = new Provider("slow", false, () -> {
            busy.countDown();
            await(free);
        });
        EventStore store = new InMemoryEventStore();
        try (StreamEngine engine = StreamEngine.builder(store)
                .processors(List.of(new Provider("answerer", true, () -> {}), slow))
                .start()) {
            ProcessorHost host = engine.parts().host();
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            get(streams.append(PATH, EventInput.ofType("said")));
            Awaitility.await().atMost(LIMIT).until(() -> answers(streams) == 1);
            get(streams.append(
                    StreamPath.of("/busy"),
                    EventInput.of(new StreamEvent.ProcessorAttached("slow", Optional.empty(), Optional.empty()))));
            await(busy);
            engine.parts().host(new Telling(host, told), new ProcessorStateCache(store, host));

            get(streams.destroy(PATH, false));
            get(streams.append(PATH, EventInput.ofType("said")));
            await(told);
            free.countDown();

            Awaitility.await().atMost(LIMIT).until(() -> answers(streams) == 1);
        } finally {
            free.countDown();
        }
    }

    /** A listener that counts down when the host has got the first commit after a destroy. */
    private static final class Telling implements CommitListener {
        private final CommitListener host;
        private final CountDownLatch told;
        private boolean ended;

        Telling(CommitListener host, CountDownLatch told) {
            this.host = host;
            this.told = told;
        }

        @Override
        public synchronized void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
            host.committed(stream, first, last, records);
            if (ended && stream.path().equals(PATH)) {
                told.countDown();
            }
        }

        @Override
        public synchronized void destroyed(StreamKey stream) {
            host.destroyed(stream);
            ended = true;
        }
    }

    private static long answers(EventStreams streams) throws Exception {
        return get(streams.read(PATH, ReadRange.all())).stream()
                .filter(event -> event.type().equals("answered"))
                .count();
    }

    @Test
    void should_let_go_of_a_stream_whose_processor_halted() throws Exception {
        VirtualTimers timers = new VirtualTimers();
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .timers(timers)
                .processors(List.of(new Provider("answerer", true, () -> {})))
                .start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            get(streams.append(StreamPath.root(), EventInput.ofType("broken")));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> get(streams.read(StreamPath.root(), ReadRange.all())).stream()
                            .anyMatch(event -> event.type().endsWith("processor-halted")));

            Awaitility.await().atMost(LIMIT).until(() -> {
                timers.advance(Duration.ofMinutes(2));
                return engine.parts().host().activeStreams() == 0;
            });
        }
    }

    @Test
    void should_wait_at_the_stop_for_the_thread_that_starts_processors() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        AtomicReference<@Nullable Thread> stopper = new AtomicReference<>();
        AtomicBoolean created = new AtomicBoolean();
        ControlledStore store = new ControlledStore(new InMemoryEventStore());
        StreamEngine engine = StreamEngine.builder(store)
                .processors(List.of(new Provider("slow", true, () -> {
                    busy.countDown();
                    Awaitility.await().atMost(LIMIT).until(() -> isOver(stopper.get()));
                    created.set(!store.isClosed());
                })))
                .start();
        get(engine.streams(ProjectSlug.defaultProject()).append(PATH, EventInput.ofType("said")));
        await(busy);
        Thread thread = new Thread(() -> engine.stop(LIMIT));
        thread.start();
        stopper.set(thread);
        thread.join(LIMIT.toMillis());

        assertThat(created).isTrue();
        assertThat(store.isClosed()).isTrue();
    }

    /** True if the stop has returned, or waits in the host. */
    private static boolean isOver(@Nullable Thread stopper) {
        return stopper != null
                && (!stopper.isAlive()
                        || Arrays.stream(stopper.getStackTrace())
                                .anyMatch(frame -> frame.getMethodName().equals("awaitTermination")));
    }
}
