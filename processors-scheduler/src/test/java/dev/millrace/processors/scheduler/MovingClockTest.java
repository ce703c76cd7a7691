package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.configured;
import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs are executed on time although the clock advances while the scheduler sets its alarm. */
class MovingClockTest {
    /** Advances by a millisecond after each read, as if the scheduler were slow to set its alarm. */
    private static final class SlowlyRead implements Timers {
        private final VirtualTimers time;

        SlowlyRead(VirtualTimers time) {
            this.time = time;
        }

        @Override
        public synchronized Instant now() {
            Instant now = time.now();
            time.set(now.plusMillis(1));
            return now;
        }

        @Override
        public Duration elapsed() {
            return time.elapsed();
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            return time.after(delay, task);
        }

        @Override
        public Timer at(Instant due, Runnable task) {
            return time.at(due, task);
        }
    }

    private final Stage stage = new Stage(new InMemoryEventStore(), 0, List.of());

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void should_make_every_run_when_the_clock_shows_its_time_and_not_a_moment_later() throws Exception {
        Timers slow = new SlowlyRead(stage.time);
        try (ProcessorRunner<SchedulerState> runner =
                ProcessorRunner.builder(stage.streams, new Scheduler(slow)).stream(Stage.PATH)
                        .timers(stage.time)
                        .start()) {
            stage.clockWaitsFor(runner).awaitCaughtUp(Duration.ofSeconds(30));
            stage.append(configured("a", "append", "{'type': 'tick'}", every(30), 30))
                    .shows("a configured for 30")
                    .append(configured("b", "append", "{'type': 'tock'}", in(45), 45))
                    .showsAfter(1, "b configured for 45")
                    .at(30)
                    .showsAfter(2, "a started at 30", "tick", "a succeeded, next 60")
                    .at(45)
                    .showsAfter(5, "tock", "b succeeded, next never")
                    .at(60)
                    .showsAfter(7, "a started at 60", "tick", "a succeeded, next 90");
        }
    }
}
