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

/** Assertions about one event. Begin with {@link MillraceAssertions#assertThat(Event)}. */
public final class EventAssert extends AbstractAssert<EventAssert, Event> {
    EventAssert(@Nullable Event actual) {
        super(actual, EventAssert.class);
    }

    /**
     * The event has this type, in exactly this spelling.
     *
     * @throws AssertionError when it has another
     */
    public EventAssert hasType(String type) {
        Event event = event();
        if (!event.type().equals(type)) {
            throw failure("Type of %s: expected %s but was %s", where(), type, event.type());
        }
        return this;
    }

    /**
     * The event has the type and the payload of this object.
     *
     * @param payload an object of a class with {@code @EventName}, or an {@link dev.millrace.core.EventInput}
     * @throws AssertionError naming the first difference
     */
    public EventAssert hasPayload(Object payload) {
        EventComparison.difference(TestEventFactory.input(payload), event()).ifPresent(this::failOn);
        return this;
    }

    /**
     * The event has this payload, whatever its type. The order of fields, and how numbers are written, do not matter.
     *
     * @param json a JSON object
     * @throws AssertionError naming the first difference
     */
    public EventAssert hasPayloadJson(String json) {
        JsonDifference.between(JsonCodec.parse(json), event().payloadJson()).ifPresent(this::failOn);
        return this;
    }

    /**
     * The event stands at this offset.
     *
     * @throws AssertionError when it stands elsewhere
     */
    public EventAssert hasOffset(long offset) {
        if (event().offset() != offset) {
            throw failure("Offset of %s: expected %d", where(), offset);
        }
        return this;
    }

    /**
     * The event stands on this stream.
     *
     * @param path as {@link StreamPath#of(String)} reads it
     * @throws AssertionError when it stands elsewhere
     */
    public EventAssert isOn(String path) {
        if (!event().path().equals(StreamPath.of(path))) {
            throw failure("Stream of %s: expected %s", where(), StreamPath.of(path));
        }
        return this;
    }

    /**
     * The event has this idempotency key.
     *
     * @throws AssertionError when it has another or none
     */
    public EventAssert hasIdempotencyKey(String key) {
        Optional<String> actualKey = event().idempotencyKey();
        if (!actualKey.equals(Optional.of(key))) {
            throw failure("Idempotency key of %s: expected %s but was %s", where(), key, actualKey.orElse("nothing"));
        }
        return this;
    }

    /**
     * The event was appended by the processor of this slug, in reaction to the event at this offset of whatever stream.
     *
     * @throws AssertionError when its provenance says otherwise, or nothing
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
