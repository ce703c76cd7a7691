package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Chain;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AppendPermissionTest {
    /** Every type takes one operation. */
    private record Types(Operation operation) implements PayloadCheck {
        @Override
        public List<String> problems(String type, JsonNode payload) {
            return List.of();
        }

        @Override
        public Operation operation(String type) {
            return operation;
        }
    }

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

    @ParameterizedTest
    @EnumSource(names = {"PROCESS", "APPROVE"})
    void should_never_hand_on_what_only_admin_includes(Operation needed) {
        for (Operation most : EnumSet.allOf(Operation.class)) {
            assertThat(new AppendPermission(new Types(needed), "rule 'r'", most, true).refusal("granted"))
                    .hasValueSatisfying(why -> assertThat(why)
                            .startsWith("rule 'r' may not append 'granted', which takes '" + needed.word() + "'")
                            .endsWith("let a caller append the event"));
        }
        for (Operation most : List.of(Operation.APPEND, Operation.CONTROL, Operation.DEPLOY)) {
            assertThat(new ChainHeader(new Chain(1, 1), most).allows(needed)).isFalse();
        }
        assertThatThrownBy(() -> ChainHeader.read("depth=1, hops=1, allow=" + needed.word()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 'append', 'control' or 'deploy', got '" + needed.word() + "'");
    }
}
