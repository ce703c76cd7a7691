package dev.millrace.processors.agent;

import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Backoff;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The repetition of decisions that could not be carried out. The failure of an append is in the log, but it causes no
 * effect, and the stream may stay quiet; so the agent decides again after a delay, from the newest state. If another
 * decision was carried out meanwhile, there is nothing left to do. Thread-safe.
 */
final class DecisionRetry {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.agent");
    private static final String TASK = "again";
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    /** Decides from the newest state, and carries the decision out. */
    @FunctionalInterface
    interface Decision {
        /** @param failures how often it was tried before, without success */
        CompletionStage<Void> carryOut(Effects<AgentState> effects, int failures);
    }

    private final RandomGenerator random;
    private final Decision decision;
    private final Set<BackgroundTask<AgentState>> followed = ConcurrentHashMap.newKeySet();

    DecisionRetry(RandomGenerator random, Decision decision) {
        this.random = random;
        this.decision = decision;
    }

    /** Decides again after a delay that grows with the number of failures. */
    void schedule(Effects<AgentState> effects, int failures) {
        // What failed may have been started by such a task that has not ended yet; of two tasks with one name, one
        // runs. It is followed once, however many events fail meanwhile.
        Optional<BackgroundTask<AgentState>> running = effects.running(TASK);
        if (running.isEmpty()) {
            start(effects, failures);
        } else if (followed.add(running.get())) {
            var unused = running.get().done().thenRun(() -> {
                followed.remove(running.get());
                start(effects, failures);
            });
        }
    }

    private void start(Effects<AgentState> effects, int failures) {
        effects.current(); // a task of this name that has ended meanwhile does not count as running
        effects.after(
                BACKOFF.delay(failures, random),
                TASK,
                Effects.because(Math.max(1, effects.delivery().headOffset())),
                task -> decision.carryOut(effects, failures)
                        .handle((nothing, failure) -> end(task, failure, effects, failures)));
    }

    /**
     * The end of a task that carried out a decision; after a failure it is repeated. The first failure goes on to the
     * runner, which records it; more of them would only fill the log.
     */
    @Nullable Void end(BackgroundTask<AgentState> task, @Nullable Throwable failure, Effects<AgentState> effects, int failures) {
        if (failure == null || task.isCancelled()) {
            return null;
        }
        var unused = task.done().thenRun(() -> schedule(effects, failures + 1));
        if (failures == 0) {
            throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
        }
        LOG.log(Level.DEBUG, () -> "the agent at " + effects.path() + " failed again, and tries once more", failure);
        return null;
    }
}
