package dev.millrace.testkit.harness;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.testkit.log.RecordedLog;
import java.util.List;

/** Configures a {@link StreamHarness}. Not safe for use by many threads. */
public final class HarnessBuilder {
    private final List<Processor<?>> processors;
    private StreamPath path = StreamPath.of("/test");
    private List<Event> given = List.of();
    private EffectStartPolicy effectsFrom = EffectStartPolicy.ACKNOWLEDGED;
    private long seed = 1;

    HarnessBuilder(List<Processor<?>> processors) {
        long slugs = processors.stream().map(Processor::slug).distinct().count();
        if (processors.isEmpty() || slugs < processors.size()) {
            throw new IllegalArgumentException("a harness takes processors with a slug each, got "
                    + processors.stream().map(Processor::slug).toList());
        }
        this.processors = processors;
    }

    /** The stream; {@code /test}, or that of the given log, unless said otherwise. */
    public HarnessBuilder stream(String newPath) {
        path = StreamPath.of(newPath);
        return this;
    }

    /** What was on the stream long before the processors came there. They act on none of it, but on what they find owed. */
    public HarnessBuilder given(RecordedLog log) {
        given = log.events();
        if (!given.isEmpty()) {
            path = given.get(0).path();
        }
        return this;
    }

    /** Which events may cause effects; {@link EffectStartPolicy#ACKNOWLEDGED} unless said otherwise. */
    public HarnessBuilder effectsFrom(EffectStartPolicy policy) {
        effectsFrom = policy;
        return this;
    }

    /** What decides chance; 1 unless said otherwise. */
    public HarnessBuilder seed(long newSeed) {
        seed = newSeed;
        return this;
    }

    /** Starts every processor, and lets it catch up. */
    public StreamHarness start() {
        for (Event event : given) {
            if (!event.path().equals(path)) {
                throw new IllegalStateException("a harness has one stream, but the log is on " + event.path()
                        + " and on " + path + "; give it the events of one of them");
            }
        }
        return new StreamHarness(this);
    }

    List<Processor<?>> processors() {
        return processors;
    }

    StreamPath path() {
        return path;
    }

    List<Event> given() {
        return given;
    }

    EffectStartPolicy effectsFrom() {
        return effectsFrom;
    }

    long seed() {
        return seed;
    }
}
