package dev.millrace.processors.webhook;

/** What is sent for one event. Nobody changes the body. */
final class Message {
    private final String id;
    private final long offset;
    private final byte[] body;

    Message(String id, long offset, byte[] body) {
        this.id = id;
        this.offset = offset;
        this.body = body;
    }

    /** The same whenever this event is sent to this subscriber. */
    String id() {
        return id;
    }

    /** The event. */
    long offset() {
        return offset;
    }

    /** JSON. */
    byte[] body() {
        return body;
    }
}
