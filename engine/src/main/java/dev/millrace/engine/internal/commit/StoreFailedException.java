package dev.millrace.engine.internal.commit;

/** A failure of the store in a transaction; nothing of the group was stored. */
final class StoreFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailedException(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
