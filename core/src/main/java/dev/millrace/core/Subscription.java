package dev.millrace.core;

/**
 * A running subscription to one stream or a subtree. Safe for use by many threads.
 *
 * @since 0.1
 */
public interface Subscription extends AutoCloseable {
    /**
     * Ends the subscription without waiting: a running call of the subscriber finishes, and then only {@link
     * Subscriber#onEnd(Throwable)} is called. A second close does nothing.
     */
    @Override
    void close();
}
