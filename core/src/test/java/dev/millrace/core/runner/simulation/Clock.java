package dev.millrace.core.runner.simulation;

import java.time.Duration;
import java.time.Instant;

/**
 * A clock that is not exact.
 *
 * @param ahead the difference to true time at the start
 * @param percent the length of its second, in percent of a true one
 */
record Clock(Duration ahead, int percent) {
    static final Clock TRUE = new Clock(Duration.ZERO, 100);

    /** The true duration of a duration on this clock. */
    Duration last(Duration shown) {
        return Duration.ofNanos(shown.toNanos() * percent / 100);
    }

    /** The time that it shows. */
    Instant read(Instant now) {
        Duration passed = Duration.between(World.BEGINNING, now);
        return World.BEGINNING.plus(ahead).plusNanos(passed.toNanos() * 100 / percent);
    }
}
