package dev.millrace.engine.internal.commit;

/** The store could not do what a transaction asked of it; the transaction is lost, and with it the whole group. */
final class StoreFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailedException(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
