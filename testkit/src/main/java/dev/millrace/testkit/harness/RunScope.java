package dev.millrace.testkit.harness;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The executor, timers and progress store of one run of a processor. After its end, for example a crash, tasks and
 * timers of the run do nothing, and progress is not saved.
 */
final class RunScope implements Executor, Timers, ProgressStore {
    private final StepScheduler steps;
    private final Timers time;
    private final ProgressStore progress;
    private volatile boolean on = true;

    RunScope(StepScheduler steps, Timers time, ProgressStore progress) {
        this.steps = steps;
        this.time = time;
        this.progress = progress;
    }

    boolean isOn() {
        return on;
    }

    void end() {
        on = false;
    }

    @Override
    public void execute(Runnable task) {
        steps.add(this, task);
    }

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
        return time.after(delay, whileOn(task));
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return time.at(due, whileOn(task));
    }

    private Runnable whileOn(Runnable task) {
        return () -> {
            if (on) {
                task.run();
            }
        };
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return progress.load(slug, path);
    }

    @Override
    public void save(Progress saved) {
        if (on) {
            progress.save(saved);
        }
    }
}
