package dev.millrace.engine.internal.threads;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that call user code, all of which may block: one virtual thread a task where the running JVM has them and
 * does not pin them to their carrier inside {@code synchronized} (24 and later), a bounded pool of daemon threads elsewhere.
 */
public final class CallbackThreads {
    private static final String PREFIX = "millrace-tail-";
    private static final int MOST_PLATFORM_THREADS = 256;
    private static final Duration STALL = Duration.ofMillis(50);

    private CallbackThreads() {}

    public static ExecutorService create() {
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

    public static ExecutorService platform() {
        AtomicLong number = new AtomicLong();
        return new CallbackThreadPool(MOST_PLATFORM_THREADS, STALL, task -> {
            Thread thread = new Thread(task, PREFIX + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
