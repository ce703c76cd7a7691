package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.EffectsFrom;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The processors that run on one stream. Used by the host's thread alone, except for {@link #stop}. */
final class HostedStream {
    /**
     * A processor that should run.
     *
     * @param config its configuration
     * @param effectsFrom where its effects start if it never ran here
     * @param decidedAt attach and detach events of this stream up to this offset are taken into account
     */
    record Wanted(JsonNode config, EffectsFrom effectsFrom, long decidedAt) {}

    /** Starts a runner, or says that it cannot. */
    interface Starter {
        Optional<ProcessorRunner<?>> start(String processor, Wanted wanted);
    }

    private record Running(JsonNode config, Optional<ProcessorRunner<?>> runner) {
        void stop(Duration deadline) {
            runner.ifPresent(started -> started.stop(deadline));
        }
    }

    private final Map<String, Running> running = new HashMap<>();

    /** Stops what is no longer wanted, or wanted otherwise, and starts what is missing. */
    synchronized void become(Map<String, Wanted> wanted, Starter starter) {
        running.entrySet().removeIf(entry -> {
            Wanted next = wanted.get(entry.getKey());
            boolean over =
                    next == null || !next.config().equals(entry.getValue().config());
            if (over) {
                entry.getValue().stop(Duration.ZERO);
            }
            return over;
        });
        wanted.forEach((name, next) -> {
            if (!running.containsKey(name)) {
                running.put(name, new Running(next.config(), starter.start(name, next)));
            }
        });
    }

    synchronized void stop(Duration deadline) {
        running.values().forEach(entry -> entry.stop(deadline));
        running.clear();
    }
}
