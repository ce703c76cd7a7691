package dev.millrace.engine;

import static org.awaitility.Awaitility.await;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A running engine on a store in memory, with short methods for tests. */
public final class EngineFixture implements AutoCloseable {
    public static final ProjectSlug PUBLIC = ProjectSlug.defaultProject();

    final VirtualTimers timers = new VirtualTimers(Instant.parse("2026-04-14T11:20:30.456Z"));
    final EventStore store;
    final StreamEngine engine;

    EngineFixture() {
        this(store -> store);
    }

    EngineFixture(Limits limits) {
        this(store -> store, limits);
    }

    EngineFixture(Function<EventStore, EventStore> wrapped) {
        this(wrapped, Limits.defaults());
    }

    private EngineFixture(Function<EventStore, EventStore> wrapped, Limits limits) {
        AtomicInteger lives = new AtomicInteger();
        store = wrapped.apply(new InMemoryEventStore());
        engine = StreamEngine.builder(store)
                .timers(timers)
                .limits(limits)
                .incarnations(() -> "life-" + lives.incrementAndGet())
                .start();
    }

    public static StreamPath path(String text) {
        return StreamPath.of(text);
    }

    /** Waits for a condition that other threads fulfil. */
    public static void eventually(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(condition);
    }

    public static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    CompletableFuture<List<AppendedRecord>> send(String path, String... events) {
        return engine.append(PUBLIC, path(path), Json.all(events));
    }

    AppendedRecord append(String path, String event) {
        return get(send(path, event)).get(0);
    }

    List<EventRecord> log(String path) {
        List<EventRecord> all = new ArrayList<>();
        List<EventRecord> page = engine.read(PUBLIC, path(path), RecordRange.after(0, 1000));
        while (!page.isEmpty()) {
            all.addAll(page);
            page = engine.read(
                    PUBLIC,
                    path(path),
                    RecordRange.after(all.get(all.size() - 1).offset(), 1000));
        }
        return all;
    }

    /** The paths of the streams that were announced on a stream, in order. */
    List<String> announced(String path) {
        return log(path).stream()
                .filter(record -> record.type().endsWith("child-stream-created"))
                .map(record -> Json.payload(record).path("childPath").textValue())
                .toList();
    }

    long eventCount(String path) {
        return engine.head(PUBLIC, path(path)).map(StreamHead::lastOffset).orElse(0L);
    }

    @Override
    public void close() {
        engine.stop(Duration.ofSeconds(5));
    }
}
