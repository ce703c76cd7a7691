package dev.millrace.engine.internal.append;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.engine.spi.EventRecord;
import java.util.Optional;
import java.util.function.Function;

/**
 * An idempotency key, in one of two spaces: a caller cannot take a key of a processor. Readers see the text alone; the
 * store has a caller's key with a prefix. No text begins with that prefix, because the service strips the space around
 * keys. Keys of earlier versions have no prefix.
 *
 * @param text the key as it is written
 * @param ofProcessor whether the service or a processor chose it, and not a caller
 */
record EventKey(String text, boolean ofProcessor) {
    private static final String OF_CALLERS = " ";

    /** The key under which the store keeps the event. */
    String stored() {
        return ofProcessor ? text : OF_CALLERS + text;
    }

    /** The event with this key; {@code stored} looks up a key in the store. */
    Optional<EventRecord> find(Function<String, Optional<EventRecord>> stored) {
        Optional<EventRecord> found = stored.apply(stored());
        return ofProcessor ? found : found.or(() -> stored.apply(text).filter(EventKey::isOfAnEarlierCaller));
    }

    /** An event of an earlier version, in which all keys were in one space. */
    private static boolean isOfAnEarlierCaller(EventRecord record) {
        try {
            return JsonCodec.readEvent(record.json())
                    .metadata()
                    .flatMap(Provenance::processorOf)
                    .isEmpty();
        } catch (IllegalArgumentException e) {
            return true; // it cannot be decoded, and does not name a processor
        }
    }
}
