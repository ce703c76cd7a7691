package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Subtree runners on streams without subtree subscriptions. */
class AnnouncedSubtreeTest extends SubtreeRules {
    @Override
    EventStreams offered() {
        return network;
    }

    @Test
    void should_limit_its_subscriptions_and_read_the_other_streams_in_turn() {
        for (int i = 0; i < 100; i++) {
            say(StreamPath.of("/agents/old-" + i), "old");
        }
        SubtreeRunner<Integer> runner = begin();
        assertThat(network.subscriptions()).isEqualTo(65);

        for (int i = 0; i < 100; i++) {
            say(StreamPath.of("/agents/old-" + i), "new");
        }
        say(StreamPath.of("/agents/late"), "first");

        passUntil(Duration.ofSeconds(5), () -> scribe.acted().size() == 101);
        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted()).doesNotHaveDuplicates().contains("/agents/late said first 1");
        assertThat(network.subscriptions()).isEqualTo(65);
    }

    @Test
    void should_subscribe_to_the_top_stream_again_until_it_works_when_subscribe_throws() {
        begin();
        network.refuseSubscriptions(true);
        network.link().end(new StreamException(StreamException.Code.UNAVAILABLE, TOP, "cut"));
        passUntil(Duration.ofSeconds(1), () -> network.refusedSubscriptions() > 0);

        network.refuseSubscriptions(false);
        say(A, "new");

        passUntil(Duration.ofSeconds(1), () -> scribe.acted().size() == 1);
        assertThat(scribe.acted()).containsExactly("/agents/a said new 1");
    }

    @Test
    void should_end_with_the_reason_when_subscribe_throws_a_failure_that_cannot_pass() {
        SubtreeRunner<Integer> runner = begin();
        network.refuseSubscriptions(StreamException.Code.FORBIDDEN);
        network.link().end(new StreamException(StreamException.Code.UNAVAILABLE, TOP, "cut"));

        passUntil(Duration.ofSeconds(1), () -> runner.ended().isDone());

        assertThat(runner.status().phase()).isEqualTo(Phase.STOPPED);
        assertThat(runner.status().failure().orElseThrow()).contains("the network lost this subscription");
    }
}
