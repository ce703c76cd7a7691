package dev.millrace.testkit.harness;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.testkit.internal.event.EngineCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The simulated network between the runners of a harness and the engine. */
final class HarnessNetwork {
    private final StreamEngine engine;
    private final VirtualTimers time;
    private final StepScheduler steps;
    private final List<HarnessSubscription> links = new ArrayList<>();
    private @Nullable Duration downSince;
    private BooleanSupplier failing = () -> false;

    HarnessNetwork(StreamEngine engine, VirtualTimers time, StepScheduler steps) {
        this.engine = engine;
        this.time = time;
        this.steps = steps;
    }

    StepScheduler steps() {
        return steps;
    }

    boolean isDown() {
        return downSince != null;
    }

    void goDown() {
        if (downSince == null) {
            downSince = time.elapsed();
            List.copyOf(links).forEach(HarnessSubscription::lose);
        }
    }

    void comeUp() {
        Duration since = downSince;
        if (since != null) {
            downSince = null;
            Duration gap = time.elapsed().minus(since);
            List.copyOf(links).forEach(link -> link.connect(gap));
        }
    }

    void add(HarnessSubscription link) {
        links.add(link);
    }

    void forget(HarnessSubscription link) {
        links.remove(link);
    }

    /** Wakes all subscriptions, because events may have been appended. */
    void changed() {
        links.removeIf(HarnessSubscription::isDead);
        List.copyOf(links).forEach(HarnessSubscription::wake);
    }

    EventStreams engine() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    void failReads(BooleanSupplier whenever) {
        failing = whenever;
    }

    /** @throws StreamException if the next read has to fail */
    void readable(StreamPath path) {
        if (failing.getAsBoolean()) {
            throw new StreamException(StreamException.Code.UNAVAILABLE, path, "the harness failed a read of " + path);
        }
    }

    Duration elapsed() {
        return time.elapsed();
    }

    void later(Duration delay, Runnable task) {
        time.after(delay, task);
    }

    Optional<StreamHead> head(StreamPath path) {
        return engine.head(ProjectSlug.defaultProject(), path);
    }

    StreamHead touch(StreamPath path) {
        return EngineCalls.await(engine.touch(ProjectSlug.defaultProject(), path));
    }

    List<EventRecord> read(StreamPath path, long after, int limit) {
        readable(path);
        return engine.read(ProjectSlug.defaultProject(), path, RecordRange.after(after, limit));
    }
}
