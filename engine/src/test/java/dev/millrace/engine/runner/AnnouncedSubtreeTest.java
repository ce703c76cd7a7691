package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.SubtreeRunner;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** On streams that offer no subtrees: the stream on top says which there are, and each is followed by itself. */
class AnnouncedSubtreeTest extends SubtreeRules {
    @Override
    EventStreams offered() {
        return network;
    }

    @Test
    void should_hold_no_more_subscriptions_than_it_may_and_look_at_the_other_streams_in_turn() {
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
}
