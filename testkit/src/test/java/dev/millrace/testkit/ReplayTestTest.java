package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.millrace.testkit.log.RecordedLog;
import dev.millrace.testkit.log.RecordedLogSource;
import dev.millrace.testkit.log.ReplayTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;

class ReplayTestTest {
    private static final List<String> REPLAYED = new ArrayList<>();

    // region replay
    @ReplayTest("logs/*.yaml")
    void should_be_pure_over_every_recorded_log(RecordedLog log) {
        assertThat(new ChatProcessor(history -> completedFuture("pong"))).isPureOver(log);
    }
    // endregion

    @ReplayTest({"logs/two-*.yaml", "**/corrected.yaml"})
    void should_name_each_run_after_its_file(RecordedLog log, TestInfo info) {
        REPLAYED.add(log.source());
        assertThat(info.getDisplayName()).isEqualTo(log.source());
    }

    @ParameterizedTest
    @RecordedLogSource("logs/two-turns.yaml")
    void should_serve_a_parameterised_test(RecordedLog log) {
        assertThat(log.events()).hasSize(4);
    }

    @AfterAll
    static void should_have_replayed_each_log_once() {
        assertThat(REPLAYED).containsExactly("logs/two-turns.yaml", "logs/corrected.yaml");
    }
}
