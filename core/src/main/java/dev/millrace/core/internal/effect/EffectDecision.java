package dev.millrace.core.internal.effect;

import dev.millrace.core.runner.EffectStartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The decision whether an event may cause effects; it depends only on the event's offset and age.
 *
 * @param floor only events with a higher offset cause effects; {@link EffectStartPolicy} computes it
 * @param staleAfter older events cause no effects; empty for no limit
 */
public record EffectDecision(EffectStartPolicy policy, Optional<Duration> staleAfter, long floor) {
    public static EffectDecision onAttach(
            EffectStartPolicy policy, Optional<Duration> staleAfter, OptionalLong acknowledgedThrough, long watermark) {
        return new EffectDecision(policy, staleAfter, policy.floorOnAttach(acknowledgedThrough, watermark));
    }

    public EffectDecision onReconnect(long watermark, Duration gap, Duration grace) {
        boolean gapWasLong = gap.compareTo(grace) > 0;
        return new EffectDecision(policy, staleAfter, policy.floorOnReconnect(floor, watermark, gapWasLong));
    }

    public boolean fires(long offset, Instant createdAt, Instant now) {
        return offset > floor && !isStale(createdAt, now);
    }

    /** True if the event causes no effects only because of its age. */
    public boolean isTooLate(long offset, Instant createdAt, Instant now) {
        return offset > floor && isStale(createdAt, now);
    }

    private boolean isStale(Instant createdAt, Instant now) {
        return staleAfter.isPresent() && Duration.between(createdAt, now).compareTo(staleAfter.get()) > 0;
    }
}
