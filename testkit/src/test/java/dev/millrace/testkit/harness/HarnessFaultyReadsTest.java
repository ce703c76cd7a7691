package dev.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.Echo;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** If a read of the log fails, a subscription continues, as in the engine and the client. */
class HarnessFaultyReadsTest {
    private static final int SEEDS = Boolean.getBoolean("millrace.long") ? 1_000 : 50;

    @Test
    void should_lose_nothing_and_do_nothing_twice_while_reads_fail() {
        StreamHarness.underSeeds(SEEDS, seed -> {
            Random random = new Random(seed);
            double share = random.nextDouble() * 0.6;
            Echo echo = new Echo("echo");
            try (StreamHarness harness = StreamHarness.builder(echo).seed(seed).start()) {
                harness.failReads(() -> random.nextDouble() < share);
                for (int i = 0; i < 20; i++) {
                    harness.play(new UserSaid("n" + i));
                    if (random.nextInt(4) == 0) {
                        harness.advance(Duration.ofSeconds(random.nextInt(3)));
                    }
                }
                harness.failReads(() -> false);
                harness.advance(Duration.ofMinutes(2));

                assertThat(harness.state(echo)).isEqualTo(20);
                assertThat(harness.log().stream()
                                .filter(event -> event.type().equals("noted"))
                                .map(event -> event.payloadJson().path("text").asText()))
                        .containsExactlyElementsOf(
                                IntStream.range(0, 20).mapToObj(i -> "n" + i).toList());
            }
        });
    }
}
