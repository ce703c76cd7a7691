package dev.millrace.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs replays of which some fail, and checks the summary. */
class ReplaySummaryInterceptorTest {
    private static final ThreadLocal<Boolean> LAUNCHED = ThreadLocal.withInitial(() -> false);

    private final List<String> summaries = new CopyOnWriteArrayList<>();

    private TestExecutionSummary run(Class<?> tests) {
        SummaryGeneratingListener counts = new SummaryGeneratingListener();
        TestExecutionListener reports = new TestExecutionListener() {
            @Override
            public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
                summaries.addAll(entry.getKeyValuePairs().values());
            }
        };
        LAUNCHED.set(true);
        try {
            LauncherFactory.create(LauncherConfig.builder()
                            .enableTestExecutionListenerAutoRegistration(false)
                            .build())
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(tests))
                                    .build(),
                            counts,
                            reports);
        } finally {
            LAUNCHED.remove();
        }
        return counts.getSummary();
    }

    @Test
    void should_replay_every_log_and_name_those_that_fail() {
        TestExecutionSummary summary = run(Collecting.class);

        assertThat(summary.getTestsFailedCount()).isEqualTo(2);
        assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
        assertThat(summaries)
                .containsExactly("replays: 3 logs, 1 passed, 2 failed [logs/two-turns.yaml, logs/corrected.yaml]");
    }

    @Test
    void should_stop_after_the_first_failure_with_fail_fast() {
        TestExecutionSummary summary = run(FailingFast.class);

        assertThat(summary.getTestsFailedCount()).isEqualTo(1);
        assertThat(summary.getTestsAbortedCount()).isEqualTo(2);
        assertThat(summaries)
                .containsExactly("replays: 3 logs, 0 passed, 1 failed [logs/two-turns.yaml], 2 not replayed");
    }

    static class Collecting {
        @ReplayTest({"logs/two-turns.yaml", "logs/corrected.yaml", "replays/third.yaml"})
        void replays(RecordedLog log) {
            Assumptions.assumeTrue(LAUNCHED.get(), "is run by the test around it");
            assertThat(log.source()).isEqualTo("replays/third.yaml");
        }
    }

    static class FailingFast {
        @ReplayTest(
                value = {"logs/two-turns.yaml", "logs/corrected.yaml", "replays/third.yaml"},
                failFast = true)
        void replays(RecordedLog log) {
            Assumptions.assumeTrue(LAUNCHED.get(), "is run by the test around it");
            assertThat(log.source()).isEqualTo("nothing passes");
        }
    }
}
