package dev.millrace.server.internal.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.internal.http.HttpErrorException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentNegotiationTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                            | EVENT_STREAM",
                "*/*                                                           | EVENT_STREAM",
                "text/event-stream                                             | EVENT_STREAM",
                "application/json                                              | JSON",
                "application/*                                                 | JSON",
                "application/x-ndjson                                          | LINES",
                "text/yaml                                                     | YAML",
                "APPLICATION/YAML;q=0.5, application/json;q=0.4                | YAML",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | PAGE",
                "text/*                                                        | EVENT_STREAM",
                "text/event-stream;q=0, */*                                    | JSON",
            })
    void should_choose_what_the_caller_likes_best(String accept, EventEncoding expected) {
        assertThat(ContentNegotiation.of(List.of(accept)).choose(EventEncoding.OF_SHORT_URLS))
                .isEqualTo(expected);
    }

    @Test
    void should_list_what_there_is_when_nothing_is_acceptable() {
        assertThatThrownBy(() -> ContentNegotiation.of(List.of("image/png")).choose(EventEncoding.OF_STREAMS))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(406))
                .hasMessageContaining("text/event-stream")
                .hasMessageContaining("application/x-ndjson");
    }

    @Test
    void should_tell_a_name_from_a_wildcard() {
        assertThat(ContentNegotiation.of(List.of("*/*")).names("text/event-stream"))
                .isFalse();
        assertThat(ContentNegotiation.of(List.of("text/html", "text/event-stream"))
                        .names("text/event-stream"))
                .isTrue();
    }
}
