package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.internal.run.Failpoints;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A simulated process: after its crash, nothing that it still does has an effect. It crashes when it passes a point for
 * the n-th time, or when the test calls {@link #die}.
 */
final class MortalProcess implements Failpoints, Timers {
    private static final int FASTER = 50;

    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final AtomicInteger left;
    private final Point deadly;
    private final Runnable onDeath;
    private final CompletableFuture<Void> death = new CompletableFuture<>();

    MortalProcess(Point deadly, int pass, Runnable onDeath) {
        this.deadly = deadly;
        this.left = new AtomicInteger(pass);
        this.onDeath = onDeath;
    }

    @Override
    public void reach(Point point) {
        if (point == deadly && left.decrementAndGet() == 0) {
            die();
        }
    }

    /** Crashes the process; returns when the consequences are done. */
    void die() {
        if (alive.compareAndSet(true, false)) {
            onDeath.run();
            death.complete(null);
        } else {
            death.orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    boolean isAlive() {
        return alive.get();
    }

    @Override
    public Instant now() {
        return Timers.system().now();
    }

    @Override
    public Duration elapsed() {
        return Timers.system().elapsed().multipliedBy(FASTER);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return Timers.system().after(delay.dividedBy(FASTER), whileAlive(task));
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return Timers.system().at(due, whileAlive(task));
    }

    private Runnable whileAlive(Runnable task) {
        return () -> {
            if (isAlive()) {
                task.run();
            }
        };
    }

    /** Streams that, after the crash, refuse all calls and deliver nothing. */
    EventStreams streams(EventStreams real) {
        return proxy(EventStreams.class, (proxy, method, arguments) -> {
            boolean subscribes = method.getName().equals("subscribe");
            if (!isAlive() && !subscribes) {
                return CompletableFuture.failedFuture(dead());
            }
            if (subscribes) {
                arguments[2] = hearing((Subscriber) arguments[2]);
            }
            Object answer = call(real, method, arguments);
            return answer instanceof CompletableFuture<?> future
                    ? future.thenCompose(value -> isAlive()
                            ? CompletableFuture.completedFuture(value)
                            : CompletableFuture.failedFuture(dead()))
                    : answer;
        });
    }

    private Subscriber hearing(Subscriber subscriber) {
        return proxy(
                Subscriber.class, (proxy, method, arguments) -> isAlive() ? call(subscriber, method, arguments) : null);
    }

    private static StreamException dead() {
        return new StreamException(StreamException.Code.UNAVAILABLE, "this process is dead");
    }

    ProgressStore.Durable progress(ProgressStore store) {
        return new ProgressStore.Durable() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                return store.load(slug, path);
            }

            @Override
            public void save(Progress progress) {
                if (isAlive()) {
                    store.save(progress);
                }
            }

            @Override
            public void flush() {
                if (isAlive() && store instanceof Durable durable) {
                    durable.flush();
                }
            }

            @Override
            public void close() {
                flush();
            }
        };
    }

    SnapshotStore snapshots(SnapshotStore store) {
        return new SnapshotStore() {
            @Override
            public Optional<StateSnapshot> load(String slug, StreamPath path) {
                return store.load(slug, path);
            }

            @Override
            public void save(StateSnapshot snapshot) {
                if (isAlive()) {
                    store.save(snapshot);
                }
            }
        };
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
