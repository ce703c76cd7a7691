package dev.millrace.core.internal.run;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;

/**
 * The information about a new stream in its first event.
 *
 * @param isOne true if an incarnation of the stream starts with this event
 * @param incarnation its incarnation; empty if the service does not name it
 * @param copiedThrough the last offset that a fork copied and that causes no effects; 0 if it is no fork
 */
public record StreamInitialization(boolean isOne, String incarnation, long copiedThrough) {
    public static StreamInitialization of(Event event) {
        if (event.offset() != 1 || !BuiltInType.INITIALIZED.matches(event.type())) {
            return new StreamInitialization(false, "", 0);
        }
        String incarnation = event.metadata()
                .map(metadata -> metadata.at("/millrace/incarnation").asText())
                .orElse("");
        return new StreamInitialization(
                true, incarnation, event.payloadJson().at("/forkedFrom/offset").asLong());
    }
}
