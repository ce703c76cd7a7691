package dev.millrace.engine.internal.threads;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A factory of the threads that call user code, which may block. From Java 24 on each task gets a virtual thread; older
 * versions pin virtual threads inside {@code synchronized}, so there it is a pool of daemon threads.
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
        return new CallbackThreadPool(MOST_PLATFORM_THREADS, STALL, daemon(PREFIX));
    }

    /** Makes daemon threads with numbered names. */
    public static ThreadFactory daemon(String prefix) {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
