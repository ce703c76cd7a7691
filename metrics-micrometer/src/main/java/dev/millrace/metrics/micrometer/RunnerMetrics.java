package dev.millrace.metrics.micrometer;

import dev.millrace.core.Event;
import dev.millrace.core.runner.EffectCall;
import dev.millrace.core.runner.RunnerIdentity;
import dev.millrace.core.runner.RunnerListener;
import dev.millrace.core.runner.RunnerStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listener that counts and times the work of runners, as Micrometer meters. One instance serves all runners of a
 * registry. Every meter has the tag {@code processor}. No meter has the stream as a tag, because there may be 100,000
 * streams.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>kind</th><th>of</th></tr>
 *   <tr><td>{@code millrace.reduced}</td><td>timer</td><td>events passed to {@code reduce}</td></tr>
 *   <tr><td>{@code millrace.effects}</td><td>timer, tags {@code kind}, {@code outcome}</td><td>calls with effects;
 *   outcome
 *       is {@code done}, {@code failed} or {@code cancelled}</td></tr>
 *   <tr><td>{@code millrace.effects.active}</td><td>gauge</td><td>such calls that are running</td></tr>
 *   <tr><td>{@code millrace.behind}</td><td>summary</td><td>events missing in the state when a connection was
 *   made</td></tr>
 *   <tr><td>{@code millrace.caught.up}, {@code millrace.reconnecting}, {@code millrace.halted}, {@code
 *       millrace.stopped}</td><td>counters</td><td>completed catch-ups, lost connections, halts, ended runs</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class RunnerMetrics implements RunnerListener {
    private final MeterRegistry registry;
    private final Map<String, AtomicInteger> active = new ConcurrentHashMap<>();

    private RunnerMetrics(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** A listener with its meters in {@code registry}. */
    public static RunnerMetrics in(MeterRegistry registry) {
        return new RunnerMetrics(registry);
    }

    @Override
    public void fellBehind(RunnerIdentity runner, long events) {
        DistributionSummary.builder("millrace.behind")
                .description("Events missing in the state when a connection was made")
                .baseUnit("events")
                .tags(of(runner))
                .register(registry)
                .record((double) events);
    }

    @Override
    public void caughtUp(RunnerIdentity runner, long watermark) {
        count("millrace.caught.up", "Catch-ups that were completed", runner);
    }

    @Override
    public void reduced(RunnerIdentity runner, Event event, Duration took) {
        Timer.builder("millrace.reduced")
                .description("Events passed to reduce")
                .tags(of(runner))
                .register(registry)
                .record(took);
    }

    @Override
    public void effectStarted(RunnerIdentity runner, EffectCall call) {
        active(runner).incrementAndGet();
    }

    @Override
    public void effectFinished(RunnerIdentity runner, EffectCall call, Duration took) {
        ended(runner, call, took, "done");
    }

    @Override
    public void effectFailed(RunnerIdentity runner, EffectCall call, Duration took, Throwable failure) {
        ended(runner, call, took, failure instanceof CancellationException ? "cancelled" : "failed");
    }

    private void ended(RunnerIdentity runner, EffectCall call, Duration took, String outcome) {
        active(runner).decrementAndGet();
        Timer.builder("millrace.effects")
                .description("Calls of processors that may have effects")
                .tags(of(runner))
                .tag("kind", call.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .tag("outcome", outcome)
                .register(registry)
                .record(took);
    }

    @Override
    public void reconnecting(RunnerIdentity runner, Throwable cause) {
        count("millrace.reconnecting", "Connections that were lost", runner);
    }

    @Override
    public void halted(RunnerIdentity runner, Event event, Throwable failure) {
        count("millrace.halted", "Reducers that threw", runner);
    }

    @Override
    public void stopped(RunnerIdentity runner, RunnerStatus last) {
        count("millrace.stopped", "Runs that have ended", runner);
    }

    private void count(String name, String description, RunnerIdentity runner) {
        Counter.builder(name)
                .description(description)
                .tags(of(runner))
                .register(registry)
                .increment();
    }

    private AtomicInteger active(RunnerIdentity runner) {
        return active.computeIfAbsent(runner.processor(), slug -> {
            AtomicInteger count = new AtomicInteger();
            Gauge.builder("millrace.effects.active", count, AtomicInteger::get)
                    .description("Calls with effects that are running")
                    .tags(of(runner))
                    .strongReference(true)
                    .register(registry);
            return count;
        });
    }

    private static Tags of(RunnerIdentity runner) {
        return Tags.of(Tag.of("processor", runner.processor()));
    }
}
