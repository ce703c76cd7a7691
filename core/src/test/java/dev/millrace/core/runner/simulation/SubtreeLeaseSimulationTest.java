package dev.millrace.core.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Simulations of exclusive processors on subtrees, each determined by its seed. For more seeds, or a single one, see {@link
 * RunnerSimulationTest}.
 */
class SubtreeLeaseSimulationTest {
    private static final long SEEDS = Long.getLong("millrace.simulation.seeds", 1000);

    private static final Logger CHATTER = Logger.getLogger("dev.millrace.core.runner");

    @BeforeAll
    static void silence() {
        CHATTER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        CHATTER.setLevel(null);
    }

    private static LongStream seeds() {
        Long only = Long.getLong("millrace.simulation.seed");
        return only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
    }

    private static void live(long seed) {
        SubtreeLeaseSimulation simulation = new SubtreeLeaseSimulation(seed);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + broken.getMessage() + "\nwhat happened:\n" + simulation.trace(), broken);
        }
    }

    @Test
    void should_let_one_process_at_a_time_append_on_every_stream_and_finish_all_work_despite_all_faults() {
        seeds().forEach(SubtreeLeaseSimulationTest::live);
    }

    @Test
    void should_tell_the_same_story_again() {
        String once = new SubtreeLeaseSimulation(42).run();

        assertThat(new SubtreeLeaseSimulation(42).run()).isEqualTo(once);
        assertThat(new SubtreeLeaseSimulation(43).run()).isNotEqualTo(once);
    }
}
