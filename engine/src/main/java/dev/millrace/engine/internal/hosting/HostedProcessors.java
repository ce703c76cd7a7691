package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.RunnerStatus.Phase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The processors that run on one stream. Used by the host's thread alone, except for {@link #stop}. */
final class HostedProcessors {
    /**
     * A processor that should run.
     *
     * @param config its configuration
     * @param effectsFrom says where its effects start; asked when a runner starts, because it may read the log
     * @param attachedBy the event of this very stream that gave it this configuration; empty when it reaches the stream
     *     from above, or runs everywhere
     */
    record Wanted(JsonNode config, Supplier<EffectStartPolicy> effectsFrom, OptionalLong attachedBy) {
        /** For a processor without a configuration, where only its state is asked for. */
        static final Wanted UNCONFIGURED = new Wanted(
                JsonNodeFactory.instance.objectNode(), () -> EffectStartPolicy.BEGINNING, OptionalLong.empty());

        /** Whether a runner of this is not the runner that {@code next} wants. */
        boolean isOver(Wanted next) {
            return !config.equals(next.config) || !attachedBy.equals(next.attachedBy);
        }
    }

    /** Starts a runner, or says that it cannot. */
    interface Starter {
        Optional<ProcessorRunner<?>> start(String processor, Wanted wanted);
    }

    private record Running(Wanted wanted, Optional<ProcessorRunner<?>> runner) {
        void stop(Duration deadline) {
            runner.ifPresent(started -> started.stop(deadline));
        }
    }

    private final Map<String, Running> running = new HashMap<>();
    private volatile boolean touched = true;

    /** Something was committed. */
    void touch() {
        touched = true;
    }

    /** Whether nothing was committed since this was last asked. */
    boolean isUntouched() {
        boolean wasTouched = touched;
        touched = false;
        return !wasTouched;
    }

    /** Stops what is no longer wanted, or wanted otherwise, and starts what is missing. */
    synchronized void become(Map<String, Wanted> wanted, Starter starter) {
        running.entrySet().removeIf(entry -> {
            Wanted next = wanted.get(entry.getKey());
            boolean over = next == null || entry.getValue().wanted().isOver(next);
            if (over) {
                entry.getValue().stop(Duration.ZERO);
            }
            return over;
        });
        wanted.forEach((name, next) -> {
            if (!running.containsKey(name)) {
                running.put(name, new Running(next, starter.start(name, next)));
            }
        });
    }

    /** A runner ended by itself: forgets it, so that the next {@link #become} starts another one. */
    synchronized void forget(String name, ProcessorRunner<?> ended) {
        running.computeIfPresent(
                name,
                (key, entry) -> entry.runner().filter(runner -> runner == ended).isPresent() ? null : entry);
    }

    /** Whether no runner has anything left to do, now or later; one that halted never will. */
    synchronized boolean isIdle() {
        return running.values().stream()
                .flatMap(entry -> entry.runner().stream())
                .allMatch(runner -> {
                    RunnerStatus status = runner.status();
                    return status.phase() == Phase.HALTED || (runner.isIdle() && status.waiting() == 0);
                });
    }

    /** The lowest offset up to which some runner that has not halted has folded; {@link Long#MAX_VALUE} without any. */
    synchronized long reducedThrough() {
        return running.values().stream()
                .flatMap(entry -> entry.runner().stream())
                .map(ProcessorRunner::status)
                .filter(status -> status.phase() != Phase.HALTED)
                .mapToLong(RunnerStatus::reducedThrough)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    synchronized void stop(Duration deadline) {
        running.values().forEach(entry -> entry.stop(deadline));
        running.clear();
    }
}
