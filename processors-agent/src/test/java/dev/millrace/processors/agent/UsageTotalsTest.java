package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.model.Usage;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTotalsTest {
    private final AgentLog log = new AgentLog();

    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0", "1, 4, 1, 1", "5, 8, 2, 2", "4000, 4001, 1000, 1001"})
    void should_estimate_a_token_for_four_characters(long prompt, long output, long input, long out) {
        assertThat(Usage.estimated(prompt, output))
                .isEqualTo(new Usage(input, out, Optional.empty(), Optional.empty(), true));
    }

    @Test
    void should_add_what_the_provider_told() {
        UsageTotals totals = UsageTotals.NONE
                .plus(new Usage(10, 5, Optional.of(4L), Optional.of(2L), false))
                .plus(Usage.of(1, 1))
                .plus(Usage.estimated(8, 4));

        assertThat(totals).isEqualTo(new UsageTotals(3, 1, 13, 7, 4, 2));
    }

    @Test
    void should_count_each_ended_request_once_and_none_that_is_open() {
        log.user("12345678");
        long lost = log.start();
        log.chunk(lost, 0, "1234");
        log.add(new RequestLost(lost, Optional.of(Usage.estimated(8, 4))));
        long failed = log.start();
        log.add(new RequestFailed(
                failed,
                "quota",
                Optional.empty(),
                Optional.empty(),
                "pay",
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.of(Usage.of(100, 10))));
        log.user("more");
        long cancelled = log.start();
        log.add(new RequestCancelled(cancelled, "interrupted", Optional.empty(), Optional.of(Usage.estimated(400, 0))));
        log.add(new RequestCancelled(cancelled, "again", Optional.empty(), Optional.of(Usage.estimated(400, 0))));
        log.user("open");
        log.start();

        assertThat(log.state().usage()).isEqualTo(new UsageTotals(3, 2, 2 + 100 + 100, 1 + 10, 0, 0));
    }

    @Test
    void should_estimate_an_end_without_usage_from_the_texts() {
        log.user("12345678");
        long first = log.start();
        log.chunk(first, 0, "1234");
        log.cancel(first);
        assertThat(log.state().usage()).isEqualTo(new UsageTotals(1, 1, 2, 1, 0, 0));

        log.user("1234");
        log.complete(log.start());

        assertThat(log.state().usage()).isEqualTo(new UsageTotals(2, 2, 2 + 4, 1, 0, 0));
    }

    @Test
    void should_estimate_the_tokens_of_a_request_that_was_superseded() {
        log.user("12345678");
        log.chunk(log.start(), 0, "1234");
        log.user("two!");
        log.start();

        assertThat(log.state().usage()).isEqualTo(new UsageTotals(1, 1, 2, 1, 0, 0));
    }
}
