package dev.millrace.processors.script.internal.fetch;

import java.util.concurrent.atomic.AtomicLong;

/** The number of bytes that the handling of one event may still fetch. Thread-safe. */
public final class ResponseBudget {
    private final long most;
    private final AtomicLong left;

    public ResponseBudget(long most) {
        this.most = most;
        this.left = new AtomicLong(most);
    }

    void spend(long bytes) {
        if (left.addAndGet(-bytes) < 0) {
            throw new FetchException("the responses are larger than the limit of " + most + " bytes for one event");
        }
    }
}
