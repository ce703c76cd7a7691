package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Subtree runners on streams with subtree subscriptions. */
class SubtreeRunnerTest extends SubtreeRules {
    private final CutSubtree connection = new CutSubtree(streams);

    @Override
    EventStreams offered() {
        return connection;
    }

    @Test
    void should_act_on_the_events_of_a_short_gap_and_take_new_streams_for_new() {
        say(A, "before");
        SubtreeRunner<Integer> runner = begin();
        say(A, "live");
        awaitActed(1);

        connection.cut();
        say(A, "gap");
        say(B, "gap");
        connection.mend(Duration.ofSeconds(5));

        awaitActed(3);
        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted())
                .containsExactlyInAnyOrder("/agents/a said live 2", "/agents/a said gap 3", "/agents/b said gap 1");
        assertThat(scribe.calls).contains("/agents/a caught up 3");
    }

    @Test
    void should_only_fold_what_happened_in_a_long_gap() {
        SubtreeRunner<Integer> runner = begin(configured(scribe).subtree().maxActive(1));
        say(A, "live");
        say(B, "live");
        awaitActed(2);
        runner.awaitIdle(LIMIT);

        connection.cut();
        say(A, "gap");
        say(B, "gap");
        connection.mend(Duration.ofHours(1));
        runner.awaitIdle(LIMIT);
        eventually(
                () -> scribe.calls.contains("/agents/a caught up 2") && scribe.calls.contains("/agents/b caught up 2"));
        say(A, "after");

        awaitActed(3);
        assertThat(scribe.acted()).hasSize(3).contains("/agents/a said after 3");
    }

    @Test
    void should_act_on_a_long_gap_when_what_matters_is_what_was_acknowledged() {
        begin(configured(scribe).progress(ProgressStore.inMemory()).subtree().maxActive(1));
        say(A, "live");
        awaitActed(1);

        connection.cut();
        say(A, "gap");
        say(B, "gap");
        connection.mend(Duration.ofHours(1));

        awaitActed(3);
        assertThat(scribe.acted()).contains("/agents/a said gap 2", "/agents/b said gap 1");
    }

    @Test
    void should_continue_after_more_destroyed_streams_than_one_notification_holds() {
        for (int i = 0; i < 1_100; i++) {
            get(engine.touch(ProjectSlug.defaultProject(), TOP.resolve("./many/" + i)));
        }
        say(TOP.resolve("./many/1"), "old");
        SubtreeRunner<Integer> runner =
                ProcessorRunner.builder(streams, scribe).stream(TOP).subtree().start();
        try {
            runner.awaitCaughtUp(LIMIT);
            assertThat(runner.streams()).hasSizeGreaterThan(1_100);

            get(streams.destroy(TOP.resolve("./many"), true));
            say(A, "after");

            awaitActed(1);
            eventually(() -> runner.streams().size() == 2);
            assertThat(runner.streams()).containsExactly(TOP, A);
            assertThat(runner.status().phase()).isEqualTo(Phase.LIVE);
        } finally {
            runner.stop(Duration.ofMillis(100));
        }
    }

    @Test
    void should_forget_streams_that_were_destroyed_in_a_gap() {
        SubtreeRunner<Integer> runner = begin();
        say(A, "live");
        say(B, "live");
        awaitActed(2);

        connection.cut();
        get(streams.destroy(A, false));
        get(streams.destroy(B, false));
        say(B, "next life");
        connection.mend(Duration.ofSeconds(1));

        awaitActed(3);
        eventually(() -> runner.streams().size() == 2);
        assertThat(scribe.acted()).contains("/agents/b said next life 1");
        assertThat(runner.streams()).containsExactly(TOP, B);
    }

    @Test
    void should_come_to_rest_when_events_come_that_are_known_already() {
        SubtreeRunner<Integer> runner = begin();
        say(A, "one");
        awaitActed(1);
        runner.awaitIdle(LIMIT);

        connection.cut();
        say(A, "gap");
        connection.mend(Duration.ofSeconds(1));
        awaitActed(2);
        runner.awaitIdle(LIMIT);
        connection.repeat(log(A));

        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted()).hasSize(2);
    }

    @Test
    void should_not_act_on_what_a_fork_copied() {
        StreamPath fork = StreamPath.of("/agents/fork");
        SubtreeRunner<Integer> runner = begin();
        say(A, "one");
        say(A, "two");
        awaitActed(2);

        get(engine.fork(ProjectSlug.defaultProject(), A, 3, fork));
        eventually(() -> runner.status(fork).isPresent());
        say(fork, "own");

        awaitActed(3);
        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted()).hasSize(3).contains("/agents/fork said own 3");
        assertThat(scribe.calls).anyMatch(call -> call.startsWith("/agents/fork caught up"));
    }

    @Test
    void should_subscribe_once_for_any_number_of_streams() {
        for (int i = 0; i < 20; i++) {
            say(StreamPath.of("/agents/" + i), "old");
        }
        begin();
        say(A, "new");
        awaitActed(1);

        assertThat(connection.subscriptions()).isEqualTo(1);
    }
}
