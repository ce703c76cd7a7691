package dev.millrace.core.runner;

/**
 * Marks a thread on which nothing may wait: not for a store, a file or another machine. The thread of {@link
 * Timers#system()} is one, because all heartbeats, leases and retries of the process run on it; so are the threads on which
 * a server reads its sockets.
 *
 * <p>Code that can wait asserts that {@link #isCurrent()} is false. So a test that runs with assertions enabled fails when
 * such code is called from a timer.
 *
 * @since 0.1.0
 */
public interface NonBlockingThread {
    /** True if nothing may wait on the calling thread. */
    static boolean isCurrent() {
        return Thread.currentThread() instanceof NonBlockingThread;
    }

    /** What the failed assertion says about a call that can wait, for example {@code "an append to /a"}. */
    static String forbids(String call) {
        return call + " can wait, and was called on the thread "
                + Thread.currentThread().getName() + ", on which nothing may wait; call it on an executor";
    }
}
