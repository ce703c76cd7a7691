package dev.millrace.server;

import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory whose calls can be blocked; it records calls on threads that must not block. */
final class StallingStore {
    final Queue<String> misplaced = new ConcurrentLinkedQueue<>();
    final EventStore store;
    private final AtomicInteger held = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    StallingStore() {
        EventStore memory = new InMemoryEventStore();
        store = (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (NonBlockingThread.isCurrent()) {
                        misplaced.add(method.getName() + " on "
                                + Thread.currentThread().getName());
                    }
                    held.incrementAndGet();
                    gate.await();
                    held.decrementAndGet();
                    try {
                        return method.invoke(memory, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    /** Blocks all calls from now on. */
    void stall() {
        gate = new CountDownLatch(1);
    }

    void goOn() {
        gate.countDown();
    }

    /** How many calls are blocked. */
    int held() {
        return held.get();
    }
}
