package dev.millrace.processors.circuitbreaker;

import dev.millrace.processors.circuitbreaker.CircuitBreakerConfigured.Alternation;
import java.util.Optional;

/**
 * The limit for events of alternating types, with defaults filled in.
 *
 * @param count trips at this many alternations; 0 or less if the rule is off
 * @param seconds the time in which they have to fall; at least 1
 */
record AlternationLimit(int count, int seconds) {
    static final AlternationLimit DEFAULT = new AlternationLimit(500, 60);

    AlternationLimit {
        seconds = Math.max(1, seconds);
    }

    static AlternationLimit of(Optional<Alternation> configured) {
        return new AlternationLimit(
                configured.flatMap(Alternation::count).orElse(DEFAULT.count),
                configured.flatMap(Alternation::seconds).orElse(DEFAULT.seconds));
    }

    boolean isOff() {
        return count <= 0;
    }
}
