package dev.millrace.engine.internal.commit;

/** A failure of the store while a group was decided or committed. Unless its cause says otherwise, nothing was stored. */
final class StoreFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailedException(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
