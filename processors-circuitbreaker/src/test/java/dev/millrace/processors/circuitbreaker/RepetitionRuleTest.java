package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.PAUSED;
import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepetitionRuleTest {
    private final BreakerLog log = new BreakerLog().configured("""
            {"repetition": {"count": 3}}""");

    @Test
    void should_trip_on_the_third_equal_round_whatever_lies_between() {
        round("look", "{\"at\": 1}", "nothing").event("llm-chunk-added", "{}");
        round("look", "{\"at\": 1}", "nothing").event("noted", "{}");
        assertThat(log.reason()).isEmpty();

        round("look", "{\"at\": 1}", "nothing");

        assertThat(log.reason())
                .hasValue("circuit breaker tripped: the tool 'look' was called 3 times in a row with the same arguments"
                        + " and the same result");
        assertThat(log.state().tripped().orElseThrow().evidence().toString())
                .isEqualTo("{\"rule\":\"repetition\",\"tool\":\"look\",\"count\":3,\"limit\":3}");
    }

    @Test
    void should_start_anew_with_another_argument_another_result_or_another_tool() {
        round("look", "1", "nothing");
        round("look", "1", "nothing");
        round("look", "2", "nothing");
        round("look", "1", "nothing");
        round("look", "1", "something");
        round("seek", "1", "something");
        round("seek", "1", "something");

        assertThat(log.reason()).isEmpty();
        round("seek", "1", "something");
        assertThat(log.reason()).isPresent();
    }

    @Test
    void should_understand_the_items_of_a_model() {
        for (int i = 1; i <= 3; i++) {
            log.event("llm-item-completed", """
                    {"item": {"type": "function_call", "call_id": "c%d", "name": "f", "arguments": "{}"}}""".formatted(i));
            log.event("tool-output-added", """
                    {"item": {"type": "function_call_output", "call_id": "c%d", "output": "x"}}""".formatted(i));
        }

        assertThat(log.trippedAt()).hasValue(7L);
    }

    @Test
    void should_count_each_failed_call_of_an_agent_once_also_with_an_approval() {
        for (int i = 1; i <= 3; i++) {
            String call = "\"requestId\": 1, \"callId\": \"c" + i + "\"";
            String arguments = call + ", \"name\": \"look\", \"arguments\": {\"at\": 1}, \"argumentsHash\": \"h\"";
            assertThat(log.reason()).isEmpty();
            log.event("llm-item-completed", """
                    {"requestId": 1, "item": {"type": "tool-call", "callId": "c%d", "name": "look",
                     "arguments": "{ \\"at\\": %s }"}}""".formatted(i, "1".repeat(i)));
            log.event("tool-approval-requested", "{" + arguments + ", \"summary\": \"s\"}");
            log.event("tool-approval-needed", "{" + call + ", \"host\": \"h\"}");
            log.event(
                    "tool-approval-granted", "{" + call + ", \"argumentsHash\": \"h\", \"by\": {\"person\": \"ann\"}}");
            log.event("tool-call-requested", "{" + arguments + ", \"effect\": \"once\"}");
            log.event("tool-call-started", "{" + call + ", \"host\": \"h\"}");
            log.event("tool-call-progressed", "{" + call + ", \"message\": \"m\"}");
            log.event(
                    "tool-call-failed",
                    "{" + call + ", \"host\": \"h\", \"result\": \"no\", \"error\": \"e" + i + "\"}");
            log.event("tool-call-completed", "{" + call + ", \"host\": \"late\", \"result\": \"no\"}");
        }

        assertThat(log.trippedAt()).hasValue(27L);
        assertThat(log.state().rounds().open()).isEmpty();
    }

    @Test
    void should_count_calls_that_the_agent_refused() {
        for (int i = 1; i <= 3; i++) {
            assertThat(log.reason()).isEmpty();
            log.event("llm-item-completed", """
                    {"item": {"type": "tool-call", "callId": "c%d", "name": "lok", "arguments": "{}"}}""".formatted(i));
            log.event("tool-call-failed", """
                    {"requestId": 1, "callId": "c%d", "result": "There is no tool lok", "error": "unknown"}""".formatted(i));
        }

        assertThat(log.trippedAt()).hasValue(7L);
    }

    @Test
    void should_take_the_arguments_as_a_person_changed_them() {
        for (int i = 1; i <= 3; i++) {
            log.event("tool-approval-requested", call("c" + i, "look", "1"));
            log.event("tool-call-edited", """
                    {"callId": "c%d", "arguments": {"at": %d}, "argumentsHash": "h", "by": {"person": "ann"}}""".formatted(i, i));
            log.event("tool-call-requested", call("c" + i, "look", "{\"at\": " + i + "}"));
            log.event("tool-call-completed", result("c" + i, "x"));
        }

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_pair_calls_that_overlap() {
        for (int i = 0; i < 3; i++) {
            log.event("tool-call-requested", call("a" + i, "look", "1"));
            log.event("tool-call-requested", call("b" + i, "look", "1"));
            log.event("tool-call-completed", result("b" + i, "x"));
            log.event("tool-call-completed", result("a" + i, "x"));
        }

        assertThat(log.trippedAt()).hasValue(8L);
    }

    @Test
    void should_forget_with_every_pause_and_resume() {
        round("look", "1", "x");
        round("look", "1", "x");
        log.event(PAUSED, "{}").event(RESUMED, "{}");
        round("look", "1", "x");
        round("look", "1", "x");

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_hold_a_bounded_number_of_calls_that_are_never_answered() {
        for (int i = 0; i < 500; i++) {
            log.millis(20).event("tool-call-requested", call("c" + i, "look", "1"));
        }

        assertThat(log.state().rounds().open()).hasSize(64).containsKey("c499");
    }

    @Test
    void should_do_nothing_unless_it_is_configured() {
        BreakerLog plain = new BreakerLog();
        for (int i = 0; i < 20; i++) {
            plain.event("tool-call-requested", call("c" + i, "look", "1"));
            plain.event("tool-call-completed", result("c" + i, "x"));
        }

        assertThat(plain.reason()).isEmpty();
        assertThat(plain.state().rounds()).isSameAs(RepeatedToolCalls.NONE);
    }

    private int calls;

    private BreakerLog round(String tool, String arguments, String result) {
        String id = "call-" + calls++;
        return log.event("tool-call-requested", call(id, tool, arguments))
                .event("tool-call-completed", result(id, result));
    }

    private static String call(String id, String tool, String arguments) {
        return "{\"callId\": \"" + id + "\", \"name\": \"" + tool + "\", \"args\": " + arguments + "}";
    }

    private static String result(String id, String result) {
        return "{\"callId\": \"" + id + "\", \"result\": \"" + result + "\"}";
    }
}
