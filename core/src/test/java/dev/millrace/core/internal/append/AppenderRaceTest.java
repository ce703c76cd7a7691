package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class AppenderRaceTest {
    private static final StreamPath OWN = StreamPath.of("/own");
    private static final int APPENDS = 5_000;

    private final ExecutorService effects = Executors.newFixedThreadPool(4);
    private final ExecutorService operator = Executors.newSingleThreadExecutor();

    @AfterEach
    void shutDown() {
        effects.shutdownNow();
        operator.shutdownNow();
    }

    @Test
    void should_neither_lose_nor_reorder_appends_under_pauses() throws Exception {
        VirtualTime time = new VirtualTime(); // this clock stands still: only resumed() can release queued appends
        Pausing service = new Pausing();
        Appender appender = new Appender(
                service, OWN, time.options(effects, RetryPolicy.DEFAULT, 64), new CauseLookup(service, OWN), () -> {});
        CountDownLatch sent = new CountDownLatch(1);
        AtomicReference<Integer> pauses = new AtomicReference<>(0);

        CompletableFuture<Void> pausing = CompletableFuture.runAsync(
                () -> {
                    while (sent.getCount() > 0) {
                        service.pause(true);
                        pauses.updateAndGet(count -> count + 1);
                        service.awaitRefusal();
                        service.pause(false);
                        appender.resumed();
                    }
                },
                operator);
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        for (int i = 0; i < APPENDS; i++) {
            answers.add(appender.send(OWN, EventInput.ofType("e" + i), () -> false));
        }
        sent.countDown();
        pausing.get(30, TimeUnit.SECONDS);
        appender.resumed();

        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(service.stored())
                .as("with %d pauses", pauses.get())
                .containsExactlyElementsOf(
                        IntStream.range(0, APPENDS).mapToObj(i -> "e" + i).toList());
        assertThat(appender.isIdle()).isTrue();
        assertThat(appender.newestOwnOffset()).isEqualTo(APPENDS);
    }

    /** A service with only pause and append, which answers on the caller's thread. */
    private static final class Pausing implements EventStreams {
        private final List<String> stored = new ArrayList<>();
        private boolean paused;
        private volatile boolean refused;

        synchronized void pause(boolean now) {
            paused = now;
            refused = false;
        }

        /** Waits until an append was refused because of the pause, or for a moment. */
        void awaitRefusal() {
            for (int i = 0; i < 20_000 && !refused; i++) {
                Thread.onSpinWait();
            }
        }

        synchronized List<String> stored() {
            return List.copyOf(stored);
        }

        @Override
        public synchronized CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
            if (paused) {
                refused = true;
                return CompletableFuture.failedFuture(
                        new StreamException(StreamException.Code.PAUSED, path, "stream is paused"));
            }
            stored.add(input.type());
            return CompletableFuture.completedFuture(
                    new AppendResult(ScriptedStreams.event(path, stored.size(), input), false, false));
        }

        @Override
        public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<StreamState> state(StreamPath path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
            throw new UnsupportedOperationException("no runner forks");
        }

        @Override
        public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
            throw new UnsupportedOperationException();
        }
    }
}
