package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortTypeNameTest {
    @ParameterizedTest
    @CsvSource({
        "https://events.iterate.com/events/stream/initialized, initialized",
        "events.iterate.com/stream/paused, paused",
        "https://events.iterate.com/events/stream/schedule/configured, schedule/configured",
        "millrace/processor-attached, processor-attached",
        "agent-input-added, agent-input-added",
        "https://example.com/events/stream/other, https://example.com/events/stream/other",
        "millrace/not-built-in, millrace/not-built-in"
    })
    void should_shorten_built_in_types_only(String type, String brief) {
        assertThat(ShortTypeName.brief(type)).isEqualTo(brief);
    }
}
