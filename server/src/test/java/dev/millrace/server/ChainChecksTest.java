package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request with the header {@code Millrace-Chain} may do, on a server on which every caller may do everything. */
@Timeout(60)
class ChainChecksTest {
    private static final String SAID = "{\"type\": \"said\"}";
    private static final String PAUSED = "{\"type\": \"https://events.iterate.com/events/stream/paused\"}";
    private static final String LEASE =
            "{\"type\": \"millrace/lease-released\", \"payload\": {\"slug\": \"s\", \"holder\": \"h\","
                    + " \"epoch\": 1, \"lease\": \"PT10S\"}}";

    private static RunningServer millrace;

    @BeforeAll
    static void start() {
        millrace = new RunningServer();
    }

    @AfterAll
    static void stop() throws Exception {
        millrace.close();
    }

    private static Answer post(String target, String body, String chain) {
        return millrace.send("POST", target, body, "Content-Type", "application/json", "Millrace-Chain", chain);
    }

    private static JsonNode origin(Answer answer) {
        return answer.json().path("event").path("metadata").path("millrace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"depth=12, hops=3", "hops=3,depth=12,allow=append", "depth=12, hops=3, allow=deploy, new=1"})
    void should_store_a_longer_chain(String chain) {
        Answer answer = post(api(freshStream()), SAID, chain);

        assertThat(origin(answer)).isEqualTo(JsonCodec.parse("{\"chain\":{\"depth\":13,\"hops\":4}}"));
    }

    @Test
    void should_store_it_with_invalid_events_batches_and_transforms_too() {
        String stream = freshStream();

        assertThat(origin(post(api(stream), "\"text\"", "depth=1, hops=1")).path("chain"))
                .isNotEmpty();
        assertThat(origin(post(api(stream) + "?jsonataTransform=$", SAID, "depth=1, hops=1"))
                        .path("chain"))
                .isNotEmpty();
        assertThat(post(api(stream), "[" + SAID + "," + SAID + "]", "depth=1, hops=1")
                        .json()
                        .path("events"))
                .allSatisfy(event -> assertThat(
                                event.path("metadata").path("millrace").path("chain"))
                        .isNotEmpty());
    }

    @Test
    void should_take_an_event_for_the_same_after_a_chain_of_another_length() {
        String stream = api(freshStream());
        String event = "{\"type\":\"said\",\"idempotencyKey\":\"k\"}";
        post(stream, event, "depth=1, hops=1");

        for (Answer again : List.of(post(stream, event, "depth=2, hops=1"), millrace.post(stream, event))) {
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(again.header("Idempotent-Diverged")).isEmpty();
        }
    }

    @Test
    void should_believe_nothing_about_the_origin() {
        String event = "{\"type\":\"said\",\"metadata\":{\"a\":1,\"millrace\":{\"processor\":\"p\"}}}";

        Answer answer = post(api(freshStream()), event, "depth=0, hops=0");

        assertThat(answer.json().path("event").path("metadata"))
                .isEqualTo(JsonCodec.parse("{\"a\":1,\"millrace\":{\"claimed\":{\"processor\":\"p\"},"
                        + "\"chain\":{\"depth\":1,\"hops\":1}}}"));
    }

    @ParameterizedTest
    @CsvSource({"999, 63, 200", "1000, 0, 508", "0, 64, 508", "999999999, 999999999, 508"})
    void should_end_a_chain_at_the_limits(int depth, int hops, int status) {
        Answer answer = post(api(freshStream()), SAID, "depth=" + depth + ", hops=" + hops);

        assertThat(answer.status()).isEqualTo(status);
        if (status == 508) {
            assertThat(answer.body())
                    .contains("LOOP_DETECTED", "FORBIDDEN", "the limits are 1000 reactions and 64 hops");
        }
    }

    @Test
    void should_allow_appends_only() {
        String stream = freshStream();
        millrace.append(stream, SAID);
        String append = "depth=1, hops=1";
        String control = "depth=1, hops=1, allow=control";
        String fork = "{\"at\": 1, \"to\": \"" + freshStream() + "\"}";

        assertThat(post(api(stream), LEASE, control).status()).isEqualTo(403);
        assertThat(post(api("/millrace/leases/s"), SAID, control).status()).isEqualTo(403);
        assertThat(post("/api/streams/__fork" + stream, fork, control).body()).contains("may not fork a stream");
        assertThat(post("/api/secrets", "{\"name\": \"n\", \"value\": \"v\"}", control)
                        .status())
                .isEqualTo(403);
        assertThat(millrace.send("DELETE", api(stream), "", "Millrace-Chain", control)
                        .status())
                .isEqualTo(403);
        assertThat(post(api(stream), PAUSED, append).body())
                .contains("a request with the header Millrace-Chain may not append", "'control'");
        assertThat(post(api(stream), PAUSED, control).status()).isEqualTo(200);
    }

    @Test
    void should_not_create_a_stream_by_a_read() {
        String stream = freshStream();

        assertThat(millrace.send("GET", api(stream), "", "Millrace-Chain", "depth=1, hops=1")
                        .status())
                .isEqualTo(404);
        assertThat(millrace.engine.head(ProjectSlug.defaultProject(), StreamPath.of(stream)))
                .isEmpty();
    }

    @Test
    void should_refuse_a_malformed_header() {
        String stream = freshStream();
        for (String value : List.of(
                "",
                "depth=1",
                "depth=1, hops=",
                "depth=-1, hops=1",
                "depth=1, hops=9999999999",
                "depth=1, hops=1, depth=0",
                "depth=1, hops=1, allow=admin",
                "depth=1, hops=1, allow=all")) {
            Answer answer = post(api(stream), SAID, value);

            assertThat(answer.status()).as(value).isEqualTo(400);
            assertThat(answer.body()).contains("header Millrace-Chain: ");
        }
    }
}
