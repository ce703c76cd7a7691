package dev.millrace.core.runner;

/**
 * A marker of threads on which nothing may wait for a store, a file or another machine. Examples: the thread of {@link
 * Timers#system()}, which runs all heartbeats, leases and retries of the process, and the threads on which a server
 * reads its sockets.
 *
 * <p>Code that can wait asserts that {@link #isCurrent()} is false. So a test with assertions enabled fails if a timer
 * calls such code.
 *
 * @since 0.1
 */
public interface NonBlockingThread {
    /** True if the calling thread must not wait. */
    static boolean isCurrent() {
        return Thread.currentThread() instanceof NonBlockingThread;
    }

    /**
     * The message of the failed assertion.
     *
     * @param call the call that can wait, for example {@code "an append to /a"}
     */
    static String violation(String call) {
        return call + " can wait, and was called on the thread "
                + Thread.currentThread().getName() + ", which must not wait; call it on an executor";
    }
}
