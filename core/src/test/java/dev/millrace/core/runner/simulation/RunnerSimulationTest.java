package dev.millrace.core.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.EffectStartPolicy;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Thousands of simulations, each determined by its seed. For more: {@code -Dmillrace.simulation.seeds=100000}; for a
 * single one: {@code -Dmillrace.simulation.seed=4711}.
 */
class RunnerSimulationTest {
    private static final long SEEDS = Long.getLong("millrace.simulation.seeds", 1000);

    private static LongStream seeds() {
        Long only = Long.getLong("millrace.simulation.seed");
        return only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
    }

    private static void live(long seed, EffectStartPolicy policy) {
        Simulation simulation = new Simulation(seed, policy);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + " under " + policy + ": " + broken.getMessage() + "\nwhat happened:\n"
                            + simulation.trace(),
                    broken);
        }
    }

    @Test
    void should_answer_everything_that_was_accepted_exactly_once() {
        seeds().forEach(seed -> live(seed, EffectStartPolicy.BEGINNING));
    }

    @Test
    void should_answer_nothing_twice_when_only_live_events_count() {
        seeds().forEach(seed -> live(seed, EffectStartPolicy.LIVE));
    }

    @Test
    void should_tell_the_same_story_again() {
        String once = new Simulation(42, EffectStartPolicy.BEGINNING).run();

        assertThat(new Simulation(42, EffectStartPolicy.BEGINNING).run()).isEqualTo(once);
        assertThat(new Simulation(43, EffectStartPolicy.BEGINNING).run()).isNotEqualTo(once);
    }
}
