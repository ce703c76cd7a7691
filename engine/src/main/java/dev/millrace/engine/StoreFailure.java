package dev.millrace.engine;

/** The store could not do what a transaction asked of it; the transaction is lost, and with it the whole group. */
final class StoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailure(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
