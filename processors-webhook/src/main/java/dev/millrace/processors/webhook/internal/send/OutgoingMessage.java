package dev.millrace.processors.webhook.internal.send;

/**
 * The message that is sent for one event.
 *
 * @param id equal each time this event is sent to this subscriber
 * @param offset the event
 * @param body JSON; must not be changed
 * @param incarnation the incarnation of the event's stream; empty if the service does not name it
 */
@SuppressWarnings("ArrayRecordComponent")
public // a carrier of bytes; messages are not compared
record OutgoingMessage(String id, long offset, byte[] body, String incarnation) {}
