package dev.millrace.examples.outbox;

import dev.millrace.core.EventName;

/** The events of a letter. */
public sealed interface LetterEvent {
    /** A request to send a letter. */
    @EventName("letter-requested")
    record Requested(String id, String to, String text) implements LetterEvent {}

    /** The sending has started; its outcome is unknown until an outcome event. */
    @EventName("letter-started")
    record Started(String id) implements LetterEvent {}

    /** The letter was sent. */
    @EventName("letter-sent")
    record Sent(String id) implements LetterEvent {}

    /** The letter may have been sent or not; a person has to find out. */
    @EventName("letter-outcome-unknown")
    record OutcomeUnknown(String id, String why) implements LetterEvent {}
}
