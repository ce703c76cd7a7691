package dev.millrace.examples.outbox;

import dev.millrace.core.EventName;

/** The life of a letter. */
public sealed interface LetterEvent {
    /** Somebody wants it to be sent. */
    @EventName("letter-requested")
    record Requested(String id, String to, String text) implements LetterEvent {}

    /** It is being sent: from here on nobody knows, until an outcome says so. */
    @EventName("letter-started")
    record Started(String id) implements LetterEvent {}

    /** It was sent. */
    @EventName("letter-sent")
    record Sent(String id) implements LetterEvent {}

    /** It may have been sent or not; a person has to look. */
    @EventName("letter-outcome-unknown")
    record OutcomeUnknown(String id, String why) implements LetterEvent {}
}
