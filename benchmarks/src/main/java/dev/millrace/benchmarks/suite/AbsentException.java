package dev.millrace.benchmarks.suite;

/** A subject cannot be measured here. The message says what to install. */
public final class AbsentException extends Exception {
    private static final long serialVersionUID = 1;

    public AbsentException(String message) {
        super(message);
    }
}
