package dev.millrace.processors.webhook.internal.send;

/** What is sent for one event. Nobody changes the body. */
public final class OutgoingMessage {
    private final String id;
    private final long offset;
    private final byte[] body;
    private final String incarnation;

    public OutgoingMessage(String id, long offset, byte[] body, String incarnation) {
        this.id = id;
        this.offset = offset;
        this.body = body;
        this.incarnation = incarnation;
    }

    /** The same whenever this event is sent to this subscriber. */
    String id() {
        return id;
    }

    /** The event. */
    public long offset() {
        return offset;
    }

    /** Which life of the stream the event is from; empty when the service does not say. */
    String incarnation() {
        return incarnation;
    }

    /** JSON. */
    byte[] body() {
        return body;
    }
}
