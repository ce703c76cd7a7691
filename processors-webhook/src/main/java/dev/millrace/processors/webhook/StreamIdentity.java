package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import java.util.Arrays;
import java.util.Base64;

/**
 * Which life of which stream events are from; taken from the stream's first event.
 *
 * @param project the project, empty when the service does not say
 * @param incarnation the life, empty when the service does not say
 */
record StreamIdentity(String project, String incarnation) {
    static final StreamIdentity UNKNOWN = new StreamIdentity("", "");
    private static final int ID_BYTES = 24;

    static StreamIdentity of(Event initialized) {
        return new StreamIdentity(
                initialized.payloadJson().path("projectSlug").asText(),
                initialized
                        .metadata()
                        .map(metadata ->
                                metadata.path("millrace").path("incarnation").asText())
                        .orElse(""));
    }

    /** The id of the message that carries an event to a subscriber: the same whenever it is sent, and nobody else's. */
    String messageId(String subscriber, Event event) {
        byte[] digest =
                Sha256.of(project, incarnation, event.path().value(), subscriber, Long.toString(event.offset()));
        return "msg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
    }
}
