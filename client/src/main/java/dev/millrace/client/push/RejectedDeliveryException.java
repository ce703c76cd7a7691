package dev.millrace.client.push;

/** A delivery that is answered without a look at any stream. */
final class RejectedDeliveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RejectedDeliveryException(int status, String message) {
        super(message, null, false, false); // it is an answer, not a fault
        this.status = status;
    }

    PushResponse answer() {
        return PushResponse.of(status, String.valueOf(getMessage()));
    }
}
