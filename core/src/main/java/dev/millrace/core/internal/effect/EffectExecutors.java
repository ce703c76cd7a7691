package dev.millrace.core.internal.effect;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The default executor of effects: virtual threads if the JVM has them, otherwise daemon threads. */
public final class EffectExecutors {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ExecutorService SHARED = create();

    private EffectExecutors() {}

    public static Executor shared() {
        return SHARED;
    }

    private static ExecutorService create() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException before21) {
            return Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "millrace-effects-" + COUNT.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
    }
}
