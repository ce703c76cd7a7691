package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.junit.jupiter.api.Test;

class ConnectionWatchTest {
    private final VirtualTimers clock = new VirtualTimers();
    private final ConnectionWatch watch = new ConnectionWatch(clock);

    @Test
    void should_go_on_when_one_connection_fails() {
        watch.onOpened(connection(() -> {
            throw new IllegalStateException("broken");
        }));
        watch.onOpened(connection(() -> 0));

        clock.advance(Duration.ofSeconds(1));

        assertThat(clock.pending()).isEqualTo(1);
    }

    @Test
    void should_count_only_the_time_in_which_the_server_waits_for_the_body() {
        AtomicInteger slow = new AtomicInteger();
        ConnectionWatch.Watched watched = watch.watched(connection(() -> 0));
        watched.receive(slow::incrementAndGet);
        watched.pause();
        clock.advance(Duration.ofMinutes(5));
        assertThat(slow).hasValue(0);

        watched.resume();
        clock.advance(Duration.ofSeconds(ConnectionWatch.GRACE_SECONDS));
        assertThat(slow).hasValue(0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(slow).hasValue(1);
    }

    private static Connection connection(LongSupplier bytesIn) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    case "getBytesIn" -> bytesIn.getAsLong();
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }
}
