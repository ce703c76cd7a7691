package dev.millrace.client.push;

/** An exception that becomes the answer to a delivery. */
final class RejectedDeliveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RejectedDeliveryException(int status, String message) {
        super(message, null, false, false); // no stack trace
        this.status = status;
    }

    PushResponse answer() {
        return PushResponse.of(status, String.valueOf(getMessage()));
    }
}
