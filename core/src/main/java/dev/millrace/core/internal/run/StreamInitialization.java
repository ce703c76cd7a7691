package dev.millrace.core.internal.run;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;

/**
 * What an event says of the beginning of its stream.
 *
 * @param isOne whether a life of the stream begins with it
 * @param incarnation which one; empty when the service does not say
 * @param copiedThrough the last offset that was copied from another stream and causes no effects; 0 unless it is a fork
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
