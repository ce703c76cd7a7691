package dev.millrace.acceptance;

import java.util.Random;

/**
 * Number of kills, and the seed, for tests that kill a process at random moments: three of 200, with a fixed
 * seed. The profile {@code long} has the full number and a new seed for each run.
 */
final class Rounds {
    static final boolean LONG = Boolean.getBoolean("millrace.long");
    static final int KILLS = Integer.getInteger("millrace.kills", 3);
    /** {@code -Dmillrace.seed} repeats a run. */
    static final long SEED = Long.getLong("millrace.seed", LONG ? System.nanoTime() : 20261121);

    private Rounds() {}

    static Random random() {
        return new Random(SEED);
    }
}
