package dev.millrace.core;

/** A live tail. Safe for use by many threads. */
public interface Subscription extends AutoCloseable {
    /**
     * Ends the subscription without waiting; a call that is under way finishes, and only {@link
     * Subscriber#onEnd(Throwable)} follows. Closing twice does nothing.
     */
    @Override
    void close();
}
