package dev.millrace.testkit.harness;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.testkit.log.RecordedLog;
import java.util.List;

/**
 * A builder of {@link StreamHarness}. Not thread-safe.
 *
 * @since 0.1
 */
public final class HarnessBuilder {
    final List<Processor<?>> processors;
    StreamPath path = StreamPath.of("/test");
    List<Event> given = List.of();
    EffectStartPolicy effectsFrom = EffectStartPolicy.ACKNOWLEDGED;
    long seed = 1;

    HarnessBuilder(List<Processor<?>> processors) {
        if (processors.isEmpty() || processors.stream().distinct().count() < processors.size()) {
            throw new IllegalArgumentException("a harness needs processors, each instance once, got "
                    + processors.stream().map(Processor::slug).toList());
        }
        this.processors = processors;
    }

    /** Sets the stream; the default is {@code /test}, or the stream of the given log. */
    public HarnessBuilder stream(String newPath) {
        path = StreamPath.of(newPath);
        return this;
    }

    /**
     * Puts a log on the stream before the processors start. Processors reduce it; {@link #effectsFrom} decides on
     * effects.
     */
    public HarnessBuilder given(RecordedLog log) {
        given = log.events();
        if (!given.isEmpty()) {
            path = given.get(0).path();
        }
        return this;
    }

    /** Sets which events may cause effects; the default is {@link EffectStartPolicy#ACKNOWLEDGED}. */
    public HarnessBuilder effectsFrom(EffectStartPolicy policy) {
        effectsFrom = policy;
        return this;
    }

    /** Sets the seed of all random decisions; the default is 1. */
    public HarnessBuilder seed(long newSeed) {
        seed = newSeed;
        return this;
    }

    /** Starts every processor and lets it catch up. */
    public StreamHarness start() {
        for (Event event : given) {
            if (!event.path().equals(path)) {
                throw new IllegalStateException("a harness has one stream, but the given log has events on "
                        + event.path() + " and " + path + "; give it the events of one of them");
            }
        }
        return new StreamHarness(this);
    }
}
