package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AppendPermissionTest {
    @ParameterizedTest
    @EnumSource(names = {"CONTROL", "DEPLOY"})
    void should_not_allow_what_only_runners_append(Operation most) {
        AppendPermission permission = new AppendPermission(PayloadCheck.NONE, "rule 'r'", most, true);

        assertThat(permission.refusal("https://events.iterate.com/events/stream/paused"))
                .isEmpty();
        assertThat(permission.refusal("millrace/lease-claimed"))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("rule 'r' may not append 'millrace/lease-claimed', which takes 'process'")
                        .contains("let a caller append the event"));
    }
}
