package dev.millrace.engine.internal.append;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.engine.spi.EventRecord;
import java.util.Optional;
import java.util.function.Function;

/**
 * An idempotency key, in one of several spaces: a caller cannot take a key of a processor, and a key that a script, a
 * rule or a peer chose cannot be one that a processor computes. Readers see the text alone; the store has it with a
 * prefix, except in the space of processors. No text begins with a prefix, because the service strips the space around
 * keys. Keys of earlier versions have no prefix.
 *
 * @param text the key as it is written
 * @param prefix of the space
 * @param processor the processor that events of this space name; empty for the space of callers
 */
record EventKey(String text, String prefix, Optional<String> processor) {
    private static final String OF_CALLERS = " ";

    static EventKey ofCaller(String text) {
        return new EventKey(text, OF_CALLERS, Optional.empty());
    }

    /** The key of a processor or of the service. */
    static EventKey ofProcessor(String text) {
        return new EventKey(text, "", Optional.empty());
    }

    /** A key that a processor got from outside. */
    static EventKey ofForeign(String text, String processor) {
        return new EventKey(text, OF_CALLERS + OF_CALLERS + processor + " ", Optional.of(processor));
    }

    /** The key under which the store keeps the event. */
    String stored() {
        return prefix + text;
    }

    /** The event with this key; {@code stored} looks up a key in the store. */
    Optional<EventRecord> find(Function<String, Optional<EventRecord>> stored) {
        Optional<EventRecord> found = stored.apply(stored());
        return prefix.isEmpty() ? found : found.or(() -> stored.apply(text).filter(this::isOfAnEarlierVersion));
    }

    /** Whether the event, of a version in which all keys were in one space, would be in this one. */
    private boolean isOfAnEarlierVersion(EventRecord record) {
        try {
            return JsonCodec.readEvent(record.json())
                    .metadata()
                    .flatMap(Provenance::processorOf)
                    .equals(processor);
        } catch (IllegalArgumentException e) {
            return processor.isEmpty(); // it cannot be decoded, and does not name a processor
        }
    }
}
