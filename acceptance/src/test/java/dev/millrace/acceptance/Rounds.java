package dev.millrace.acceptance;

import java.util.Random;

/**
 * How often that is repeated which happens at random moments: a twentieth of the full measure, always from the same seed.
 * The profile {@code long} takes the full measure, from another seed each time.
 */
final class Rounds {
    static final boolean LONG = Boolean.getBoolean("millrace.long");
    static final int KILLS = Integer.getInteger("millrace.kills", 10);
    /** {@code -Dmillrace.seed} tries one again. */
    static final long SEED = Long.getLong("millrace.seed", LONG ? System.nanoTime() : 20261121);

    private Rounds() {}

    static Random random() {
        return new Random(SEED);
    }
}
