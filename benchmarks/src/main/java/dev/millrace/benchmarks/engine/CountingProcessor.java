package dev.millrace.benchmarks.engine;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;

/** Counts the events, so that a start of its runner measures reading and decoding, and no reducer. */
public final class CountingProcessor implements Processor<Long> {
    @Override
    public String slug() {
        return "counter";
    }

    @Override
    public Long initialState() {
        return 0L;
    }

    @Override
    public Long reduce(Long state, Event event) {
        return state + 1;
    }
}
