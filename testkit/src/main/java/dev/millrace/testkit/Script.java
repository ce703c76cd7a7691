package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;

/**
 * What a fixture is to play.
 *
 * @param path the stream
 * @param given its log so far
 * @param steps what happens next
 * @param bound how long the processor may take to come to rest, each time
 */
record Script(StreamPath path, List<Event> given, List<Step> steps, Duration bound) {
    /**
     * Events that come at the same time.
     *
     * @param elapsed how long after the step before
     * @param inputs the events, in order
     */
    record Step(Duration elapsed, List<EventInput> inputs) {}

    /** The newest given offset, or 0. */
    long givenThrough() {
        return given.isEmpty() ? 0 : given.get(given.size() - 1).offset();
    }
}
