package dev.millrace.engine.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** The base class of the rule tests: an engine, a bad network, and virtual time. */
abstract class RunnerRules {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final StreamPath PATH = StreamPath.of("/agents/1");

    final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore()).start();
    final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    final FaultyStreams network = new FaultyStreams(streams);
    final VirtualTimers timers = new VirtualTimers();
    private final AtomicLong tasks = new AtomicLong();
    private final List<ProcessorRunner<?>> runners = new ArrayList<>();

    @AfterEach
    void stop() {
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
        engine.close();
    }

    <S> ProcessorRunner.Builder<S> runner(Processor<S> processor) {
        return ProcessorRunner.builder(network, processor).stream(PATH)
                .timers(timers)
                .executor(this::execute)
                .random(RandomGenerator.of("L64X128MixRandom"));
    }

    <S> ProcessorRunner<S> start(ProcessorRunner.Builder<S> builder) {
        ProcessorRunner<S> runner = builder.start();
        runners.add(runner);
        return runner;
    }

    <S> ProcessorRunner<S> startLive(Processor<S> processor) {
        ProcessorRunner<S> runner = start(runner(processor));
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    long say(String text) {
        return say(PATH, text);
    }

    long say(StreamPath path, String text) {
        return get(streams.append(path, EventInput.of(new Said(text)))).offset();
    }

    /** Appends this many {@code said} events; returns the last offset. */
    long sayMany(int count) {
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = say("text " + i);
        }
        return last;
    }

    List<Event> log() {
        return log(PATH);
    }

    List<Event> log(StreamPath path) {
        return get(streams.read(path, ReadRange.all()));
    }

    List<Event> logOf(String type) {
        return log().stream().filter(event -> event.type().equals(type)).toList();
    }

    /** Waits for other threads, checking the condition often. */
    static void eventually(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(LIMIT)
                .until(condition);
    }

    /** The executor of the runners; {@link #pass} waits for its tasks. */
    void execute(Runnable task) {
        tasks.incrementAndGet();
        ProcessorRunner.sharedThreads().execute(() -> {
            try {
                task.run();
            } finally {
                tasks.decrementAndGet();
            }
        });
    }

    /** Checks twice, because the engine and the runners cause each other's work. */
    private boolean isIdle() {
        return tasks.get() == 0 && engine.isIdle() && tasks.get() == 0 && engine.isIdle();
    }

    /** Moves the clock as soon as the system is idle. */
    void pass(Duration time) {
        pass(timers, time);
    }

    /** Like {@link #pass(Duration)}, for a runner with its own clock. */
    void pass(VirtualTimers clock, Duration time) {
        clock.advanceWhen(this::isIdle, time);
    }

    /** Moves the clock in steps, each as soon as the system is idle, until the condition is true. */
    void passUntil(Duration step, Callable<Boolean> condition) {
        passUntil(timers, step, condition);
    }

    /** Like {@link #passUntil(Duration, Callable)}, for a runner with its own clock. */
    void passUntil(VirtualTimers clock, Duration step, Callable<Boolean> condition) {
        eventually(() -> {
            pass(clock, step);
            return condition.call();
        });
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
