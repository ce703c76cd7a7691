package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import java.lang.reflect.Proxy;
import java.time.Duration;
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
