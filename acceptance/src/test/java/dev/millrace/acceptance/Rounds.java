package dev.millrace.acceptance;

import java.util.Random;

/**
 * Number of kills, and the seed, of the tests that kill a process at random moments: a twentieth of the full number, always
 * from the same seed. The profile {@code long} has the full number, from another seed each time.
 */
final class Rounds {
    static final boolean LONG = Boolean.getBoolean("millrace.long");
    static final int KILLS = Integer.getInteger("millrace.kills", 10);
    /** {@code -Dmillrace.seed} repeats a run. */
    static final long SEED = Long.getLong("millrace.seed", LONG ? System.nanoTime() : 20261121);

    private Rounds() {}

    static Random random() {
        return new Random(SEED);
    }
}
