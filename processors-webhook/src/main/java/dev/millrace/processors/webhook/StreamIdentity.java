package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import java.util.Arrays;
import java.util.Base64;

/** The project and the incarnation of a stream, from its first event; empty if the service does not name them. */
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

    /** The message id for an event and a subscriber: unique, and equal each time the event is sent. */
    String messageId(String subscriber, Event event) {
        byte[] digest =
                Sha256.of(project, incarnation, event.path().value(), subscriber, Long.toString(event.offset()));
        return "msg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
    }
}
