package dev.millrace.processors.agent.tool;

import dev.millrace.core.runner.Timers;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Passes on at most one report for each interval: the first at once, then the newest. Safe for use by many threads. */
final class ProgressReports {
    /** What a tool reports. */
    record Report(Optional<BigDecimal> fraction, String message) {}

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final Timers timers;
    private final Executor executor;
    private final Consumer<Report> target;
    private @Nullable Report newest;
    private boolean waits;
    private boolean closed;

    ProgressReports(Timers timers, Executor executor, Consumer<Report> target) {
        this.timers = timers;
        this.executor = executor;
        this.target = target;
    }

    void add(Report report) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (waits) {
                newest = report;
                return;
            }
            waits = true;
        }
        pass(report);
    }

    private void pass(Report report) {
        timers.after(INTERVAL, () -> executor.execute(this::next)); // the target may block
        target.accept(report);
    }

    private void next() {
        Report report;
        synchronized (this) {
            report = closed ? null : newest;
            newest = null;
            waits = report != null;
        }
        if (report != null) {
            pass(report);
        }
    }

    synchronized void close() {
        closed = true;
    }
}
