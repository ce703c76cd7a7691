package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.EffectStartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectDecisionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Map<String, EffectStartPolicy> POLICIES = Map.of(
            "LIVE",
            EffectStartPolicy.LIVE,
            "ACKNOWLEDGED",
            EffectStartPolicy.ACKNOWLEDGED,
            "BEGINNING",
            EffectStartPolicy.BEGINNING,
            "after 3",
            EffectStartPolicy.after(3),
            "or after 3",
            EffectStartPolicy.acknowledgedOrAfter(3));

    @ParameterizedTest(
            name = "{0}, acknowledged {1}, watermark {2}, then gap {3} s and watermark {4}, stale after {5} s:"
                    + " event {6}, {7} s old, fires: {8}")
    @CsvSource({
        // policy, acknowledged, watermark, gap, watermark after it, stale after, offset, age, fires
        // the first connection
        "LIVE,,10,,,,10,0,false",
        "LIVE,,10,,,,11,0,true",
        "LIVE,4,10,,,,5,0,false",
        "ACKNOWLEDGED,,10,,,,10,0,false",
        "ACKNOWLEDGED,,10,,,,11,0,true",
        "ACKNOWLEDGED,4,10,,,,4,0,false",
        "ACKNOWLEDGED,4,10,,,,5,0,true",
        "ACKNOWLEDGED,12,10,,,,11,0,true",
        "BEGINNING,,10,,,,1,0,true",
        "BEGINNING,4,10,,,,4,0,false",
        "BEGINNING,4,10,,,,5,0,true",
        "after 3,,10,,,,3,0,false",
        "after 3,1,10,,,,3,0,false",
        "after 3,,10,,,,4,0,true",
        "after 3,5,10,,,,5,0,false",
        "or after 3,,10,,,,3,0,false",
        "or after 3,1,10,,,,2,0,true",
        // after a gap
        "LIVE,,10,30,20,,11,0,true",
        "LIVE,,10,31,20,,20,0,false",
        "LIVE,,10,31,20,,21,0,true",
        "ACKNOWLEDGED,4,10,3600,20,,5,0,true",
        "ACKNOWLEDGED,4,10,3600,20,,4,0,false",
        "BEGINNING,,10,3600,20,,1,0,true",
        "after 3,,10,3600,20,,4,0,true",
        // with staleAfter
        "ACKNOWLEDGED,4,10,,,60,5,60,true",
        "ACKNOWLEDGED,4,10,,,60,5,61,false",
        "ACKNOWLEDGED,4,10,,,60,4,0,false",
        "ACKNOWLEDGED,4,10,,,60,11,61,false",
        "ACKNOWLEDGED,4,10,3600,20,60,5,61,false",
        "ACKNOWLEDGED,4,10,3600,20,60,5,10,true",
        "BEGINNING,,10,,,60,1,61,false",
        "BEGINNING,,10,,,60,1,59,true",
        "LIVE,,10,,,60,11,61,false",
        "LIVE,,10,31,20,60,20,0,false",
        "after 3,,10,,,60,4,61,false",
        "or after 3,1,10,,,60,2,61,false",
        // a clock that is behind the service's
        "ACKNOWLEDGED,4,10,,,60,5,-3600,true"
    })
    void should_follow_from_the_offset_and_the_age_alone(
            String policy,
            Long acknowledged,
            long watermark,
            Long gap,
            Long watermarkAfterGap,
            Long staleAfter,
            long offset,
            long age,
            boolean fires) {
        EffectDecision decision = EffectDecision.onAttach(
                policy(policy),
                Optional.ofNullable(staleAfter).map(Duration::ofSeconds),
                acknowledged == null ? OptionalLong.empty() : OptionalLong.of(acknowledged),
                watermark);
        if (gap != null) {
            decision = decision.onReconnect(watermarkAfterGap, Duration.ofSeconds(gap), GRACE);
        }

        assertThat(decision.fires(offset, NOW.minusSeconds(age), NOW)).isEqualTo(fires);
        assertThat(decision.isTooLate(offset, NOW.minusSeconds(age), NOW))
                .isEqualTo(offset > decision.floor() && !fires);
    }

    @Test
    void should_bear_the_longest_duration_and_the_oldest_event() {
        EffectDecision decision = EffectDecision.onAttach(
                EffectStartPolicy.BEGINNING, Optional.of(Duration.ofSeconds(Long.MAX_VALUE)), OptionalLong.empty(), 10);

        assertThat(decision.fires(1, Instant.MIN, Instant.MAX)).isTrue();
    }

    private static EffectStartPolicy policy(String name) {
        EffectStartPolicy policy = POLICIES.get(name);
        if (policy == null) {
            throw new AssertionError("no policy " + name);
        }
        return policy;
    }
}
