package dev.millrace.testkit.log;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.MalformedPayload;

/**
 * An event of a log.
 *
 * @param line the line in which it begins, from 1
 * @param column the column in which it begins, from 1
 * @param isByHand whether the log leaves out its offset or its time, which a recorded event has
 * @param mayBeMalformed whether the log says that its payload may not fit its class
 */
record LogEntry(Event event, int line, int column, boolean isByHand, boolean mayBeMalformed) {
    LogEntry allowingMalformed() {
        return new LogEntry(event, line, column, isByHand, true);
    }

    /**
     * The event with its payload decoded. An unknown field is a mistake only if the event was written by hand: a recorded
     * one can be of a newer version. A payload that is a text is one that was stored like that.
     *
     * @throws MalformedLogException if the payload does not fit its class and the log does not allow it
     */
    Event decodedBy(EventCatalog catalog, String source) {
        boolean isChecked = !mayBeMalformed && !event.payloadJson().isTextual();
        Object payload = isByHand
                ? catalog.decodeRefusingUnknownFields(event.type(), event.payloadJson())
                : catalog.decode(event.type(), event.payloadJson());
        if (isChecked && payload instanceof MalformedPayload malformed) {
            throw new MalformedLogException(
                    source,
                    line,
                    column,
                    "the payload of " + event.type() + " at " + event.path() + "@" + event.offset()
                            + " does not fit its class: " + malformed.error()
                            + "; correct it, or say that it is meant: with 'malformed: true' in the event, with"
                            + " RecordedLog.allowingMalformed(), or with --allow-malformed of 'millrace replay'");
        }
        return event.decodedBy(catalog);
    }
}
