package dev.millrace.engine.internal.append;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.engine.spi.EventRecord;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/**
 * An idempotency key in the space of its author: the service, the callers, or one processor. The same text in two spaces
 * is two keys, so nobody can take a key of somebody else. Readers see the text alone; the store has it behind the name of
 * the space, which begins with a space. No text begins so, because the service strips the space around keys. Earlier
 * versions stored the text alone.
 *
 * @param space what the store has before the text
 * @param text the key as it is written
 */
record EventKey(String space, String text) {
    static EventKey ofService(String text) {
        return new EventKey("", text);
    }

    static EventKey ofCaller(String text) {
        return new EventKey(" ", text);
    }

    /** A key of a processor; its runners inside and outside the service share it. */
    static EventKey ofProcessor(String slug, String text) {
        return new EventKey(spaceOf(slug), text);
    }

    private static String spaceOf(String slug) {
        return "  " + URLEncoder.encode(slug, StandardCharsets.UTF_8) + " "; // any text can be a slug
    }

    /** The key under which the store keeps the event. */
    String stored() {
        return space + text;
    }

    /** The event with this key; {@code stored} looks up a key in the store. */
    Optional<EventRecord> find(Function<String, Optional<EventRecord>> stored) {
        Optional<EventRecord> found = stored.apply(stored());
        return space.isEmpty() ? found : found.or(() -> stored.apply(text).filter(this::mayBeOfEarlierVersion));
    }

    /** Whether the event, stored by an earlier version without a space, names the same author or none. */
    private boolean mayBeOfEarlierVersion(EventRecord record) {
        try {
            return JsonCodec.readEvent(record.json())
                    .metadata()
                    .flatMap(Provenance::processorOf)
                    .map(slug -> space.equals(spaceOf(slug)))
                    .orElse(true);
        } catch (IllegalArgumentException e) {
            return true; // it cannot be decoded, and does not name a processor
        }
    }
}
