package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StreamProgressStoreTest extends ProgressStoreContract {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final StreamEngine ENGINE =
            StreamEngine.builder(new InMemoryEventStore()).start();

    private final EventStreams streams = ENGINE.streams(ProjectSlug.defaultProject());
    private final StreamPath side = StreamPath.of("/side/progress-" + TESTS.incrementAndGet());
    private AtomicBoolean running = new AtomicBoolean(true);

    @AfterAll
    static void stop() {
        ENGINE.close();
    }

    @Override
    protected ProgressStore open() {
        running = new AtomicBoolean(true);
        return ProgressStore.inStream(failingAfterCrash(streams, running), side);
    }

    @Override
    protected ProgressStore reopen(ProgressStore store) {
        close(store);
        return open();
    }

    /** Running appends finish; later appends of the store fail. */
    @Override
    protected ProgressStore crash(ProgressStore store) {
        running.set(false);
        try {
            close(store);
        } catch (StreamException lost) {
            // expected after a crash
        }
        return open();
    }

    @Override
    protected void close(ProgressStore store) {
        ((ProgressStore.Durable) store).close();
    }

    @Test
    void should_append_only_the_newest_progress_and_only_once() throws Exception {
        ProgressStore.Durable store = (ProgressStore.Durable) open();
        store.load("mailer", PATH);
        store.save(new Progress("mailer", PATH, "one", 0));
        store.flush();
        for (long through = 1; through <= 1000; through++) {
            store.save(new Progress("mailer", PATH, "one", through));
        }
        store.flush();
        store.flush();
        store.close();

        List<Event> saved = streams.read(
                        side,
                        ReadRange.builder()
                                .types(List.of("millrace/progress-saved"))
                                .build())
                .get(30, TimeUnit.SECONDS);

        assertThat(saved).hasSizeLessThan(100);
        assertThat(saved.get(saved.size() - 1)
                        .payloadJson()
                        .path("acknowledgedThrough")
                        .longValue())
                .isEqualTo(1000);
    }

    @Test
    void should_load_progress_from_its_event_and_skip_other_events() throws Exception {
        EventInput other = EventInput.builder().type("note").build();
        EventInput saved = EventInput.of(new StreamEvent.ProgressSaved("mailer", PATH.value(), "one", 7));
        streams.appendAll(side, List.of(other, saved, other)).get(30, TimeUnit.SECONDS);

        ProgressStore store = open();

        assertThat(store.load("mailer", PATH)).contains(new Progress("mailer", PATH, "one", 7));
        close(store);
    }

    @Test
    void should_refuse_progress_of_the_side_stream_itself() {
        ProgressStore store = open();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.load("mailer", side))
                .withMessageContaining("'mailer' on " + side)
                .withMessageContaining("use another side stream");
        close(store);
    }

    private static EventStreams failingAfterCrash(EventStreams real, AtomicBoolean running) {
        return (EventStreams) Proxy.newProxyInstance(
                EventStreams.class.getClassLoader(),
                new Class<?>[] {EventStreams.class},
                (proxy, method, arguments) -> {
                    if (!running.get()) {
                        return CompletableFuture.failedFuture(new StreamException(
                                StreamException.Code.UNAVAILABLE, PATH, "this process has crashed"));
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
