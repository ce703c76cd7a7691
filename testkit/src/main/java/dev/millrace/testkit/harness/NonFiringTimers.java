package dev.millrace.testkit.harness;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;

/** The timers of a harness's engine: they have the harness's clock, but scheduled tasks never run. */
record NonFiringTimers(Timers time) implements Timers {
    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public Duration elapsed() {
        return time.elapsed();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return () -> {};
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return () -> {};
    }
}
