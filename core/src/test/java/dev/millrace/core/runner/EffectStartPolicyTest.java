package dev.millrace.core.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectStartPolicyTest {
    private static final Map<String, EffectStartPolicy> POLICIES = Map.of(
            "LIVE",
            EffectStartPolicy.LIVE,
            "ACKNOWLEDGED",
            EffectStartPolicy.ACKNOWLEDGED,
            "BEGINNING",
            EffectStartPolicy.BEGINNING,
            "after 3",
            EffectStartPolicy.after(3),
            "acknowledged or after 3",
            EffectStartPolicy.acknowledgedOrAfter(3));

    @ParameterizedTest(name = "{0} acknowledged through {1}, watermark {2}: fires above {3}")
    @CsvSource({
        // policy, acknowledged through, watermark, floor
        "LIVE,,0,0",
        "LIVE,,10,10",
        "LIVE,4,10,10",
        "LIVE,10,10,10",
        "ACKNOWLEDGED,,0,0",
        "ACKNOWLEDGED,,10,10",
        "ACKNOWLEDGED,0,10,0",
        "ACKNOWLEDGED,4,10,4",
        "ACKNOWLEDGED,10,10,10",
        "ACKNOWLEDGED,12,10,10",
        "BEGINNING,,0,0",
        "BEGINNING,,10,0",
        "BEGINNING,0,10,0",
        "BEGINNING,4,10,4",
        "after 3,,0,3",
        "after 3,,10,3",
        "after 3,1,10,3",
        "after 3,4,10,4",
        "acknowledged or after 3,,10,3",
        "acknowledged or after 3,1,10,1",
        "acknowledged or after 3,4,10,4"
    })
    void should_decide_on_attach(String policy, Long acknowledged, long watermark, long floor) {
        OptionalLong through = acknowledged == null ? OptionalLong.empty() : OptionalLong.of(acknowledged);

        assertThat(policy(policy).floorOnAttach(through, watermark)).isEqualTo(floor);
    }

    @ParameterizedTest(name = "{0} with floor {1}, watermark {2}, long gap {3}: fires above {4}")
    @CsvSource({
        // policy, floor so far, watermark, long gap, floor
        "LIVE,5,10,false,5",
        "LIVE,5,10,true,10",
        "LIVE,10,10,true,10",
        "LIVE,12,10,true,12",
        "ACKNOWLEDGED,5,10,false,5",
        "ACKNOWLEDGED,5,10,true,5",
        "BEGINNING,0,10,false,0",
        "BEGINNING,0,10,true,0",
        "after 3,3,10,true,3"
    })
    void should_decide_on_reconnect(String policy, long before, long watermark, boolean gapWasLong, long floor) {
        assertThat(policy(policy).floorOnReconnect(before, watermark, gapWasLong))
                .isEqualTo(floor);
    }

    @Test
    void should_start_at_the_beginning_or_later_and_say_its_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EffectStartPolicy.after(-1))
                .withMessageContaining("-1");
        POLICIES.forEach((name, policy) -> assertThat(policy).hasToString(name));
    }

    private static EffectStartPolicy policy(String name) {
        EffectStartPolicy policy = POLICIES.get(name);
        if (policy == null) {
            throw new AssertionError("no policy " + name);
        }
        return policy;
    }
}
