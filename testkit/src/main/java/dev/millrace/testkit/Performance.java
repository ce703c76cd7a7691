package dev.millrace.testkit;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.Provenance;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays a script through the real runner over the real engine. The engine's clock is virtual, so that times in the log
 * are the same in every run; effects run in real time, with retries a few milliseconds apart.
 *
 * @param <S> the state
 */
final class Performance<S> {
    private static final RetryPolicy RETRY = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

    /** How long the engine may take for its own part; only a machine in trouble needs it. */
    private static final Duration ENGINE_BOUND = Duration.ofSeconds(30);

    /** Whoever is not at rest by now never will be. */
    private static final Duration GRACE = Duration.ofMillis(100);

    private final Processor<S> processor;
    private final Script script;
    private final Launches launches;

    Performance(Processor<S> processor, Script script, Launches launches) {
        this.processor = processor;
        this.script = script;
        this.launches = launches;
    }

    Outcome<S> play() {
        List<Event> given = script.given();
        VirtualTimers time = new VirtualTimers(
                given.isEmpty()
                        ? HandWriting.START
                        : given.get(given.size() - 1).createdAt());
        try (StreamEngine engine =
                StreamEngine.builder(GivenStore.of(given)).timers(time).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            ProcessorRunner<S> runner = ProcessorRunner.builder(streams, processor).stream(script.path())
                    .retry(RETRY)
                    .random(new Random(1))
                    .start();
            try {
                rest(runner, "catching up", () -> runner.awaitCaughtUp(ENGINE_BOUND));
                for (Script.Step step : script.steps()) {
                    time.advance(step.elapsed());
                    step.inputs().forEach(input -> play(input, streams, runner));
                }
                Outcome<S> outcome = outcome(streams, runner);
                PlayedLogs.add(RecordedLog.of(outcome.log()));
                return outcome;
            } catch (AssertionError e) {
                keepLog(streams, e);
                throw e;
            } finally {
                launches.end();
                runner.stop(GRACE);
            }
        }
    }

    /** What happened until it went wrong is what somebody wants to see. */
    private void keepLog(EventStreams streams, AssertionError failure) {
        if (PlayedLogs.areWanted()) {
            try {
                PlayedLogs.add(RecordedLog.of(await(streams.read(script.path(), ReadRange.all()), "read of the log")));
            } catch (AssertionError e) {
                failure.addSuppressed(e);
            }
        }
    }

    private void play(EventInput input, EventStreams streams, ProcessorRunner<S> runner) {
        Event event = await(streams.append(script.path(), input), "append of " + input.type())
                .event();
        if (BuiltInType.INVALID_EVENT_APPENDED.matches(event.type())
                && !BuiltInType.INVALID_EVENT_APPENDED.matches(input.type())) {
            throw new AssertionError("The event for '" + processor.slug() + "' is not valid: " + input.type() + " on "
                    + script.path() + "; " + event.payloadJson().path("error").asText() + "; correct it");
        }
        rest(runner, Impurity.describe(event), () -> {
            runner.awaitReduced(event.offset(), ENGINE_BOUND);
            runner.awaitProcessed(event.offset(), script.bound());
        });
    }

    /** Waits until the processor has done what it does; a halted one does nothing. */
    private void rest(ProcessorRunner<S> runner, String after, Runnable waiting) {
        try {
            waiting.run();
            runner.awaitIdle(script.bound());
        } catch (StreamException e) {
            RunnerStatus status = runner.status();
            if (status.phase() == RunnerStatus.Phase.HALTED) {
                return;
            }
            throw new AssertionError(
                    "'" + processor.slug() + "' did not come to rest within " + script.bound() + ": on " + script.path()
                            + " after " + after + "; " + e.getMessage() + "; effects are done through offset "
                            + status.acknowledgedThrough() + " of " + status.reducedThrough()
                            + "; complete every future that a fake hands out, resume a stream that is paused, or allow"
                            + " more time with within(Duration)",
                    e);
        }
    }

    private Outcome<S> outcome(EventStreams streams, ProcessorRunner<S> runner) {
        Set<StreamPath> paths = new LinkedHashSet<>();
        paths.add(script.path());
        await(streams.list(StreamPath.root()), "list of streams").stream()
                .map(StreamSummary::path)
                .forEach(paths::add);
        Map<StreamPath, List<Event>> appended = new LinkedHashMap<>();
        List<Event> log = List.of();
        for (StreamPath path : paths) {
            List<Event> events = await(streams.read(path, ReadRange.all()), "read of " + path);
            List<Event> own = events.stream().filter(this::isAppended).toList();
            if (!own.isEmpty()) {
                appended.put(path, own);
            }
            if (path.equals(script.path())) {
                log = events.stream()
                        .map(event -> event.decodedBy(processor.events()))
                        .toList();
            }
        }
        return new Outcome<>(log, appended, runner.state(), runner.status());
    }

    /** Whether the processor appended it in this run; that it halted is not its own word. */
    private boolean isAppended(Event event) {
        boolean given = event.path().equals(script.path()) && event.offset() <= script.givenThrough();
        return !given
                && event.provenance().map(Provenance::processor).equals(Optional.of(processor.slug()))
                && !BuiltInType.PROCESSOR_HALTED.matches(event.type());
    }

    private <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get(ENGINE_BOUND.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(what + " failed: " + script.path() + "; " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    what + " failed: " + script.path() + "; nothing happened within " + ENGINE_BOUND, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(what + " failed: " + script.path() + "; the test was interrupted", e);
        }
    }
}
