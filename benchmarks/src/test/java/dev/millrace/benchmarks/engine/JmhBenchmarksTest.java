package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Rounds;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JmhBenchmarksTest {
    @Test
    void should_run_a_row_in_jvms_of_its_own(@TempDir Path directory) {
        Settings settings =
                new Settings(1, 1, Duration.ofMillis(100), Duration.ofMillis(100), directory, Path.of("npm"), 0);
        Row row = EngineRows.all().get(0);
        RowResult result = new Rounds(settings, System.err)
                .run(row, row.compared(Build.current("")).subList(0, 1));
        assertThat(result.hasFailed()).isFalse();
        assertThat(result.measured())
                .hasSize(1)
                .allSatisfy(line -> assertThat(line.samples().get(0).median()).isPositive());
    }

    @Test
    void should_append_in_each_way_to_the_engine() throws Exception {
        EngineAppendBenchmark benchmark = new EngineAppendBenchmark();
        benchmark.open();
        for (int i = 0; i < 100; i++) {
            benchmark.inFlight();
        }
        benchmark.blocking();
        benchmark.batches();
        benchmark.close();
    }

    @ParameterizedTest
    @EnumSource(Floor.Kind.class)
    void should_append_in_each_way_to_a_floor(Floor.Kind floor) throws Exception {
        FloorAppendBenchmark benchmark = new FloorAppendBenchmark();
        benchmark.floor = floor.name();
        benchmark.open();
        for (int i = 0; i < 100; i++) {
            benchmark.inFlight();
        }
        benchmark.blocking();
        benchmark.batches();
        benchmark.close();
    }

    @Test
    void should_take_the_score_of_one_benchmark_only() throws Exception {
        String one = "{\"primaryMetric\":{\"score\":12.5,\"scoreUnit\":\"%s\"}}";
        ObjectMapper json = new ObjectMapper();
        assertThat(Jmh.score(json.readTree("[" + one.formatted("ops/s") + "]"), "a"))
                .isEqualTo(12.5);
        assertThatThrownBy(() -> Jmh.score(json.readTree("[" + one.formatted("ops/ms") + "]"), "a"))
                .isInstanceOf(IOException.class)
                .hasMessage("a has the unit ops/ms instead of ops/s");
        assertThatThrownBy(() -> Jmh.score(json.readTree("[]"), "a"))
                .hasMessage("JMH ran 0 benchmarks with the name a instead of 1");
    }
}
