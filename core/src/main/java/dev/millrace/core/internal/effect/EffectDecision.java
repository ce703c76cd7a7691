package dev.millrace.core.internal.effect;

import dev.millrace.core.runner.EffectStartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether an event may cause effects: everything that has a say goes in, and the answer for an event follows from nothing
 * but its offset and its age.
 *
 * @param floor effects need an offset above it; {@link EffectStartPolicy} computes it
 * @param staleAfter effects need an event that is not older; empty when age has no say
 */
public record EffectDecision(EffectStartPolicy policy, Optional<Duration> staleAfter, long floor) {
    /** The decision when a runner first meets this incarnation of the stream. */
    public static EffectDecision onAttach(
            EffectStartPolicy policy, Optional<Duration> staleAfter, OptionalLong acknowledgedThrough, long watermark) {
        return new EffectDecision(policy, staleAfter, policy.floorOnAttach(acknowledgedThrough, watermark));
    }

    /** The decision after a connection was lost for {@code gap} and made again. */
    public EffectDecision onReconnect(long watermark, Duration gap, Duration grace) {
        boolean gapWasLong = gap.compareTo(grace) > 0;
        return new EffectDecision(policy, staleAfter, policy.floorOnReconnect(floor, watermark, gapWasLong));
    }

    /** Whether the event may cause effects. */
    public boolean fires(long offset, Instant createdAt, Instant now) {
        return offset > floor && !isStale(createdAt, now);
    }

    /** Whether it is age alone that keeps the event from causing effects. */
    public boolean isTooLate(long offset, Instant createdAt, Instant now) {
        return offset > floor && isStale(createdAt, now);
    }

    private boolean isStale(Instant createdAt, Instant now) {
        return staleAfter.isPresent() && Duration.between(createdAt, now).compareTo(staleAfter.get()) > 0;
    }
}
