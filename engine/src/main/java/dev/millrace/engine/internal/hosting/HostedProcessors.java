package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.StreamPath;
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

/** The hosted processors of one stream. Used only by the host's thread, except for {@link #stop}. */
final class HostedProcessors {
    /**
     * A processor that should run.
     *
     * @param effectsFrom where its effects start; called when a runner starts, because it may read the log
     * @param attachedBy the offset of the event of this stream with this configuration; empty if an ancestor's event
     *     attached it, or if it runs everywhere
     * @param leaseRoot the stream whose event attached it, or the root if it runs everywhere: all its runs below act
     *     under one lease, if it needs one
     */
    record Wanted(
            JsonNode config, Supplier<EffectStartPolicy> effectsFrom, OptionalLong attachedBy, StreamPath leaseRoot) {
        /** For a processor of which only the state is needed, without a configuration. */
        static final Wanted UNCONFIGURED = new Wanted(
                JsonNodeFactory.instance.objectNode(),
                () -> EffectStartPolicy.BEGINNING,
                OptionalLong.empty(),
                StreamPath.root());

        /** True if the runner must be replaced, because {@code next} differs. */
        boolean isOver(Wanted next) {
            return !config.equals(next.config) || !attachedBy.equals(next.attachedBy);
        }
    }

    /** Starts a runner; empty if it cannot. */
    interface Starter {
        Optional<Started> start(String processor, Wanted wanted);
    }

    /** A runner that acts under a lease, or without one. */
    record Started(ProcessorRunner<?> runner, boolean leased) {}

    private record Running(Wanted wanted, Optional<Started> started) {
        Optional<ProcessorRunner<?>> runner() {
            return started.map(Started::runner);
        }

        boolean isLeased() {
            return started.filter(Started::leased).isPresent();
        }

        boolean isOver(Wanted next) {
            return wanted.isOver(next) || (isLeased() && !wanted.leaseRoot().equals(next.leaseRoot()));
        }

        void stop(Duration deadline) {
            runner().ifPresent(runner -> runner.stop(deadline));
        }
    }

    private final Map<String, Running> running = new HashMap<>();
    private volatile boolean touched = true;

    void touch() {
        touched = true;
    }

    /** True if something was committed since the last call. Resets it. */
    boolean takeTouched() {
        boolean wasTouched = touched;
        touched = false;
        return wasTouched;
    }

    /** Stops runners that are no longer wanted or whose configuration changed, and starts the missing ones. */
    synchronized void become(Map<String, Wanted> wanted, Starter starter) {
        running.entrySet().removeIf(entry -> {
            Wanted next = wanted.get(entry.getKey());
            boolean over = next == null || entry.getValue().isOver(next);
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

    /** Removes a runner that ended by itself, so that the next {@link #become} starts another one. */
    synchronized void forget(String name, ProcessorRunner<?> ended) {
        running.computeIfPresent(
                name,
                (key, entry) -> entry.runner().filter(runner -> runner == ended).isPresent() ? null : entry);
    }

    /** True if a runner acts under a lease, or waits for it. */
    synchronized boolean isLeased() {
        return running.values().stream().anyMatch(Running::isLeased);
    }

    /**
     * True if no runner has pending work, now or later. A halted runner has none. A runner in stand-by may have: it
     * learns that only with the lease.
     */
    synchronized boolean isIdle() {
        return running.values().stream()
                .flatMap(entry -> entry.runner().stream())
                .allMatch(runner -> {
                    RunnerStatus status = runner.status();
                    return status.phase() == Phase.HALTED
                            || (status.phase() != Phase.STANDBY && runner.isIdle() && status.waiting() == 0);
                });
    }

    /** The lowest offset that a runner has reduced, without halted ones; {@link Long#MAX_VALUE} if there is none. */
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
