package dev.millrace.core.runner.simulation;

import java.time.Duration;
import java.time.Instant;

/**
 * A clock that is not quite right.
 *
 * @param ahead by how much it was wrong when the world began
 * @param percent how long a second of it lasts, in hundredths of a true one
 */
record Clock(Duration ahead, int percent) {
    static final Clock TRUE = new Clock(Duration.ZERO, 100);

    /** How long it really takes until this much has passed. */
    Duration last(Duration shown) {
        return Duration.ofNanos(shown.toNanos() * percent / 100);
    }

    /** What it shows. */
    Instant read(Instant now) {
        Duration passed = Duration.between(World.BEGINNING, now);
        return World.BEGINNING.plus(ahead).plusNanos(passed.toNanos() * 100 / percent);
    }
}
