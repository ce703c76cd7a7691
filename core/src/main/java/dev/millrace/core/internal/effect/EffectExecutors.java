package dev.millrace.core.internal.effect;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads on which effects run unless the application brings its own: virtual ones where the JVM has them. */
public final class EffectExecutors {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private EffectExecutors() {}

    public static Executor shared() {
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
                    Thread thread = new Thread(task, "millrace-effects-" + COUNT.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
            }
        }
    }
}
