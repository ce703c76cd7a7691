package dev.millrace.engine;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that call user code, all of which may block: one virtual thread a task where the running JVM has them and
 * does not pin them to their carrier inside {@code synchronized} (24 and later), cached daemon threads elsewhere.
 */
final class DeliveryThreads {
    private static final String PREFIX = "millrace-tail-";
    private static final long IDLE_SECONDS = 10;

    private DeliveryThreads() {}

    static ExecutorService create() {
        if (Runtime.version().feature() >= 24) {
            try {
                return virtual();
            } catch (ReflectiveOperationException e) {
                System.getLogger("dev.millrace.engine")
                        .log(System.Logger.Level.DEBUG, "no virtual threads, using platform threads", e);
            }
        }
        return platform();
    }

    private static ExecutorService virtual() throws ReflectiveOperationException {
        Class<?> builderType = Class.forName("java.lang.Thread$Builder");
        Method named = builderType.getMethod("name", String.class, long.class);
        Object unnamed = Thread.class.getMethod("ofVirtual").invoke(null);
        Object factory = builderType.getMethod("factory").invoke(named.invoke(unnamed, PREFIX, 1L));
        Object executor = java.util.concurrent.Executors.class
                .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                .invoke(null, factory);
        return (ExecutorService) executor;
    }

    static ExecutorService platform() {
        AtomicLong number = new AtomicLong();
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, PREFIX + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
