package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.processors.agent.ToolOffers.Terms;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ToolOffersTest {
    private static final Duration SHORT = Duration.ofMinutes(2);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void should_take_the_stricter_terms_and_the_longer_times() {
        assertThat(termsOf(
                        tool(SideEffect.IDEMPOTENT, ApprovalMode.ALWAYS, SHORT),
                        tool(SideEffect.ONCE, ApprovalMode.CONDITIONAL, LONG)))
                .isEqualTo(new Terms("pay", SideEffect.ONCE, OfferedTool.DEFAULT_TIMEOUT, ApprovalMode.ALWAYS, LONG));
    }

    @Test
    void should_wait_for_an_approval_as_long_as_an_offer_says_that_asks_for_one() {
        OfferedTool asks = tool(SideEffect.ONCE, ApprovalMode.ALWAYS, SHORT);
        OfferedTool never = tool(SideEffect.ONCE, ApprovalMode.NEVER, OfferedTool.DEFAULT_APPROVAL_TIMEOUT);

        assertThat(termsOf(asks, never).approvalTimeout()).isEqualTo(SHORT);
        assertThat(termsOf(never, asks).approvalTimeout()).isEqualTo(SHORT);
    }

    private static Terms termsOf(OfferedTool first, OfferedTool second) {
        return ToolOffers.NONE
                .offered(new ToolsOffered("first", "1", List.of(first)), 2)
                .offered(new ToolsOffered("second", "2", List.of(second)), 3)
                .terms("pay")
                .orElseThrow();
    }

    private static OfferedTool tool(SideEffect effect, ApprovalMode approval, Duration approvalTimeout) {
        return new OfferedTool(
                "pay",
                Optional.empty(),
                JsonNodeFactory.instance.objectNode(),
                Optional.of(effect),
                Optional.empty(),
                Optional.of(approval),
                Optional.of(approvalTimeout));
    }
}
