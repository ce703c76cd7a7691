package dev.millrace.tools.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that floods, hangs, answers too much or dies: each call ends, and the next one works. */
@Timeout(120)
class HostileServerTest {
    private static Mcp server() {
        return Mcp.stdio(HostileServer.command());
    }

    @Test
    void should_cut_a_result_of_ten_megabytes() {
        try (HostedTools tools = new HostedTools(server())) {
            assertThat(tools.call("big", "{}"))
                    .startsWith("xxx")
                    .contains("[cut: the result had 10,485,760 bytes")
                    .hasSizeLessThan(70_000);
        }
    }

    @Test
    void should_not_know_the_outcome_after_an_answer_beyond_the_limit_or_the_end_of_the_program() {
        try (HostedTools tools = new HostedTools(server())) {
            assertThat(tools.end(tools.request("huge", "{}"))).isInstanceOf(CallOutcomeUnknown.class);
            assertThat(tools.call("echo", "{}")).isEqualTo("echo");
            assertThat(tools.end(tools.request("die", "{}"))).isInstanceOf(CallOutcomeUnknown.class);
            assertThat(tools.call("echo", "{}")).isEqualTo("echo");
        }
    }

    @Test
    void should_bear_floods_garbage_and_refusals() {
        try (HostedTools tools = new HostedTools(server())) {
            assertThat(tools.call("flood", "{}")).isEqualTo("flood");
            assertThat(tools.call("garbage", "{}")).isEqualTo("garbage");
            assertThat(tools.call("refuse", "{}")).contains("failed: ", "not like this");
            assertThat(tools.call("odd_name___", "{}")).startsWith("odd name");
        }
    }

    @Test
    void should_end_a_call_that_hangs_at_its_time_limit_and_run_others_meanwhile() {
        try (HostedTools tools = new HostedTools(server().within(Duration.ofSeconds(3)))) {
            String hanging = tools.request("hang", "{}");
            HostedTools.eventually(() -> !tools.all(CallStarted.class).isEmpty());
            assertThat(tools.call("echo", "{}")).isEqualTo("echo");
            assertThat(tools.end(hanging)).isInstanceOf(CallOutcomeUnknown.class);
        }
        try (HostedTools tools =
                new HostedTools(server().within(Duration.ofSeconds(1)).each(Tool::readOnly))) {
            assertThat(tools.end(tools.request("hang", "{}"))).isInstanceOf(CallFailed.class);
        }
    }

    @Test
    void should_offer_a_tool_that_appears() {
        try (HostedTools tools = new HostedTools(server())) {
            assertThat(tools.call("grow", "{}")).isEqualTo("grow");
            HostedTools.eventually(() -> tools.offered().containsKey("grown"));
            assertThat(tools.call("grown", "{}")).isEqualTo("grown");
        }
    }

    @Test
    void should_offer_nothing_while_a_program_does_not_exist() {
        try (HostedTools tools = new HostedTools(Mcp.stdio("/no/such/program"))) {
            assertThat(tools.all(CallStarted.class)).isEmpty();
        }
    }

    @Test
    void should_refuse_what_is_no_address() {
        assertThatThrownBy(() -> Mcp.stdio()).hasMessageContaining("needs a program");
        assertThatThrownBy(() -> Mcp.http(URI.create("ftp://example.com")))
                .hasMessageContaining("must be an http or https URL");
        assertThatThrownBy(() -> server().prefix("a b")).hasMessageContaining("prefix");
        assertThatThrownBy(() -> server().within(Duration.ZERO)).hasMessageContaining("positive");
    }
}
