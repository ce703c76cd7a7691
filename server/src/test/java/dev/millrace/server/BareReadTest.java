package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads without a parameter, on servers that keep them open and on others. */
@Timeout(60)
class BareReadTest {
    @ParameterizedTest
    @CsvSource({"'', ''", "'?projectSlug=public', ''", "'?path=PATH', ''", "'', '*/*'", "'', 'text/*'"})
    void should_end(String query, String accept) throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            String finite = millrace.get(api(stream) + "?live=false").body();
            String target = api(stream) + query.replace("PATH", stream);

            assertThat((accept.isEmpty() ? millrace.get(target) : millrace.get(target, "Accept", accept)).body())
                    .isEqualTo(finite);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', Accept, text/event-stream",
        "'', Accept, 'text/event-stream, */*;q=0.1'",
        "'', Last-Event-ID, 0",
        "?afterOffset=start, Accept, */*",
        "?after=start, Accept, */*",
        "?live=true, Accept, */*",
        "?types=b, Accept, */*",
        "?caughtUp=true, Accept, */*",
        "?subtree=true, Accept, */*"
    })
    void should_stay_open_if_the_request_says_more(String query, String header, String value) throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            millrace.append(stream, "{\"type\":\"a\"}");
            var reader = millrace.live(api(stream) + query, header, value).awaitLine(":");

            millrace.append(stream, "{\"type\":\"b\"}");

            assertThat(reader.awaitOffset(3).end()).isEmpty();
        }
    }

    @Test
    void should_stay_open_if_the_server_is_told_so() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.bareReadLive(true))) {
            String stream = freshStream();
            var reader = millrace.live(api(stream)).awaitOffset(1);

            millrace.append(stream, "{\"type\":\"a\"}");

            assertThat(reader.awaitOffset(2).end()).isEmpty();
            assertThat(millrace.get(api(stream) + "?live=false").offsets()).containsExactly(1L, 2L);
            assertThat(millrace.get(api(stream), "Accept", "application/json").json())
                    .hasSize(2);
            assertThat(millrace.get(stream).offsets()).containsExactly(1L, 2L);
        }
    }
}
