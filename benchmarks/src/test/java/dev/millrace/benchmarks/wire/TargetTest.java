package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.suite.AbsentException;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every server acknowledges and delivers what the rows send to it, or says how to install it. */
class TargetTest {
    @TempDir
    Path directory = Path.of("");

    private Settings settings() {
        return new Settings(1, Duration.ZERO, Duration.ZERO, directory, Path.of("npm"), 0);
    }

    @FunctionalInterface
    private interface Opening {
        Target open() throws Exception;
    }

    @Test
    void should_append_to_millrace_and_read_it_live() throws Exception {
        appends(() -> HttpTarget.millrace(Build.current(""), settings()));
        delivers(() -> HttpTarget.millrace(Build.current(""), settings()));
    }

    @Test
    void should_append_to_bare_jetty() throws Exception {
        appends(() -> HttpTarget.jetty(settings(), 1));
    }

    @Test
    void should_append_to_redis_and_read_it_live() throws Exception {
        appends(() -> RedisTarget.open(settings()));
        delivers(() -> RedisTarget.open(settings()));
    }

    @Test
    void should_append_to_durable_streams_and_read_it_live() throws Exception {
        appends(() -> HttpTarget.durableStreams(settings()));
        delivers(() -> HttpTarget.durableStreams(settings()));
    }

    private static void appends(Opening opening) throws Exception {
        try (Target target = opening.open()) {
            for (int events : new int[] {1, 7}) {
                String stream = target.createStream();
                ClosedLoop loop = new ClosedLoop(target.address(), () -> target.replies(events), new AtomicLong());
                List<Request> requests = List.of(target.append(stream, events), target.append(stream, events));
                assertThat(loop.run(10, requests).events()).isEqualTo(10L * events);
            }
        } catch (AbsentException absent) {
            assertThat(absent).hasMessageContaining("install");
        }
    }

    private static void delivers(Opening opening) throws Exception {
        try (DeliveryMeasurement measurement = new DeliveryMeasurement(opening.open(), 3, 50)) {
            DeliveryLoad.Deliveries deliveries =
                    measurement.deliver(measurement.target().createStream(), Duration.ofMillis(400));
            assertThat(deliveries.missing()).isZero();
            assertThat(deliveries.percentiles().millis(100)).isPositive();
        } catch (AbsentException absent) {
            assertThat(absent).hasMessageContaining("install");
        }
    }
}
