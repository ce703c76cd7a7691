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

/** Every server that stores events acknowledges and delivers what the rows send to it, or says how to install it. */
class TargetTest {
    @TempDir
    Path directory = Path.of("");

    private Settings settings() {
        return new Settings(1, 1, Duration.ZERO, Duration.ZERO, directory, Path.of("npm"), 0);
    }

    @Test
    void should_append_to_millrace_and_read_it_live() throws Exception {
        try (Target millrace = HttpTarget.millrace(Build.current(""), settings())) {
            appends(millrace);
            appendsToSeveralStreams(millrace);
            delivers(millrace);
        }
    }

    @Test
    void should_append_to_redis_and_read_it_live() throws Exception {
        try (Target redis = RedisTarget.open(settings())) {
            appends(redis);
            delivers(redis);
        } catch (AbsentException absent) {
            assertThat(absent).hasMessageContaining("install");
        }
    }

    @Test
    void should_append_to_durable_streams_and_read_it_live() throws Exception {
        try (Target durableStreams = HttpTarget.durableStreams(settings())) {
            appends(durableStreams);
            delivers(durableStreams);
        } catch (AbsentException absent) {
            assertThat(absent).hasMessageContaining("install");
        }
    }

    private static void appends(Target target) throws Exception {
        for (int events : new int[] {1, 7}) {
            String stream = target.createStream();
            ClosedLoop loop = new ClosedLoop(target.address(), () -> target.replies(events), new AtomicLong());
            List<Request> requests = List.of(target.append(stream, events), target.append(stream, events));
            assertThat(loop.run(10, requests).events()).isEqualTo(10L * events);
        }
    }

    private static void appendsToSeveralStreams(Target target) throws Exception {
        AppendMeasurement measurement = new AppendMeasurement(target, new AppendMeasurement.Shape(4, 2, 1));
        assertThat(measurement.run(Duration.ofMillis(100))[0]).isPositive();
    }

    private static void delivers(Target target) throws Exception {
        DeliveryMeasurement measurement = new DeliveryMeasurement(target, 3, 50);
        DeliveryLoad.Deliveries deliveries = measurement.deliver(target.createStream(), Duration.ofMillis(400));
        assertThat(deliveries.missing()).isZero();
        assertThat(deliveries.percentiles().millis(100)).isPositive();
    }
}
