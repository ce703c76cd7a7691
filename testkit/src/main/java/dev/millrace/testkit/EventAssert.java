package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.internal.purity.ImpurityMessages;
import dev.millrace.testkit.internal.state.JsonDifference;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about one event. A failure is an {@link AssertionError} with the expected and the actual value. Begin with
 * {@link MillraceAssertions#assertThat(Event)}.
 *
 * @since 0.1
 */
public final class EventAssert extends AbstractAssert<EventAssert, Event> {
    EventAssert(@Nullable Event actual) {
        super(actual, EventAssert.class);
    }

    /** Asserts that the event has exactly this type. */
    public EventAssert hasType(String type) {
        Event event = event();
        if (!event.type().equals(type)) {
            throw failure("Type of %s: expected %s but was %s", where(), type, event.type());
        }
        return this;
    }

    /**
     * Asserts that the event has the type and the payload of this object.
     *
     * @param payload an object of a class with {@code @EventName}, or an {@link dev.millrace.core.EventInput}
     */
    public EventAssert hasPayload(Object payload) {
        EventComparison.difference(TestEventFactory.input(payload), event()).ifPresent(this::failOn);
        return this;
    }

    /**
     * Asserts that the event has this payload; its type is not checked. Fields may have any order, and numbers are
     * compared by value.
     *
     * @param json a JSON object
     */
    public EventAssert hasPayloadJson(String json) {
        JsonDifference.between(JsonCodec.parse(json), event().payloadJson()).ifPresent(this::failOn);
        return this;
    }

    /** Asserts that the event has this offset. */
    public EventAssert hasOffset(long offset) {
        if (event().offset() != offset) {
            throw failure("Offset of %s: expected %d", where(), offset);
        }
        return this;
    }

    /** Asserts that the event is on this stream. */
    public EventAssert isOn(String path) {
        if (!event().path().equals(StreamPath.of(path))) {
            throw failure("Stream of %s: expected %s", where(), StreamPath.of(path));
        }
        return this;
    }

    /** Asserts that the event has this idempotency key. */
    public EventAssert hasIdempotencyKey(String key) {
        Optional<String> actualKey = event().idempotencyKey();
        if (!actualKey.equals(Optional.of(key))) {
            throw failure("Idempotency key of %s: expected %s but was %s", where(), key, actualKey.orElse("nothing"));
        }
        return this;
    }

    /**
     * Asserts that the processor with this slug appended the event because of the event at this offset, on any stream.
     */
    public EventAssert wasCausedBy(String slug, long sourceOffset) {
        Optional<Provenance> provenance = event().provenance();
        if (provenance.isEmpty()
                || !provenance.get().processor().equals(slug)
                || provenance.get().sourceOffset() != sourceOffset) {
            throw failure(
                    "Provenance of %s: expected processor '%s' and source offset %d but was %s",
                    where(),
                    slug,
                    sourceOffset,
                    provenance.map(Provenance::toString).orElse("nothing"));
        }
        return this;
    }

    private Event event() {
        isNotNull();
        return actual;
    }

    private String where() {
        return ImpurityMessages.describe(actual);
    }

    private void failOn(JsonDifference difference) {
        throw failure("%s is another event; first difference at %s", where(), EventComparison.inWords(difference));
    }
}
