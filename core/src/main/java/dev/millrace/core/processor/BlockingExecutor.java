package dev.millrace.core.processor;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The shared threads for blocking code: daemons, virtual ones if the JVM has them. */
final class BlockingExecutor {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private BlockingExecutor() {}

    static Executor shared() {
        return Shared.EXECUTOR;
    }

    private static final class Shared {
        private static final ExecutorService EXECUTOR = create();

        private static ExecutorService create() {
            try {
                return (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
            } catch (ReflectiveOperationException before21) {
                return Executors.newCachedThreadPool(task -> {
                    Thread thread = new Thread(task, "millrace-blocking-" + COUNT.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
            }
        }
    }
}
