package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.hosting.ChainHeader;

/**
 * The message that is sent for one event.
 *
 * @param id equal each time this event is sent to this subscriber
 * @param offset the event
 * @param body JSON; must not be changed
 * @param incarnation the incarnation of the event's stream; empty if the service does not name it
 * @param chain the chain of reactions up to the event, and what an append because of the message may need
 */
@SuppressWarnings("ArrayRecordComponent")
public // a carrier of bytes; messages are not compared
record OutgoingMessage(String id, long offset, byte[] body, String incarnation, ChainHeader chain) {}
