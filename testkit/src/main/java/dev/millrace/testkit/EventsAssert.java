package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.event.TestEventFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.assertj.core.api.AbstractListAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a list of events. A failure is an {@link AssertionError} with both lists. Begin with {@link
 * MillraceAssertions#assertThatEvents(List)}.
 *
 * @since 0.1
 */
public final class EventsAssert extends AbstractListAssert<EventsAssert, List<Event>, Event, EventAssert> {
    EventsAssert(@Nullable List<Event> actual) {
        super(actual, EventsAssert.class);
    }

    /** Asserts that the events have exactly these types, in this order. */
    public EventsAssert haveTypes(String... types) {
        isNotNull();
        List<String> actualTypes = actual.stream().map(Event::type).toList();
        if (!actualTypes.equals(List.of(types))) {
            throw failure("Types of the events: expected %s but was %s", List.of(types), actualTypes);
        }
        return this;
    }

    /**
     * Asserts that the events have exactly the types and payloads of these objects, in this order.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link dev.millrace.core.EventInput}s
     */
    public EventsAssert havePayloads(Object... payloads) {
        isNotNull();
        new EventComparison(Arrays.stream(payloads).map(TestEventFactory::input).toList(), actual)
                .inOrder()
                .ifPresent(problem -> {
                    throw failure("%s", "Events, " + problem);
                });
        return this;
    }

    @Override
    protected EventAssert toAssert(Event value, String description) {
        return new EventAssert(value).as(description);
    }

    @Override
    protected EventsAssert newAbstractIterableAssert(Iterable<? extends Event> iterable) {
        return new EventsAssert(StreamSupport.stream(iterable.spliterator(), false)
                .map(Event.class::cast)
                .toList());
    }
}
