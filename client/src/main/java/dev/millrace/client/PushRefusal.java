package dev.millrace.client;

/** A delivery that is answered without a look at any stream. */
final class PushRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    PushRefusal(int status, String message) {
        super(message, null, false, false); // it is an answer, not a fault
        this.status = status;
    }

    PushAnswer answer() {
        return PushAnswer.of(status, String.valueOf(getMessage()));
    }
}
