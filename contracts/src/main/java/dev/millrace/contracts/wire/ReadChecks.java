package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Checks of reads and live reads, over HTTP.
 *
 * @since 0.1
 */
public abstract class ReadChecks extends WireChecks {
    @Test
    void check_32_a_finite_read_is_framed_and_ends() {
        String stream = streamOf(2);
        Answer answer = millrace.history(stream);

        assertThat(answer.header("content-type")).isEqualTo("text/event-stream");
        assertThat(answer.body())
                .startsWith(": \n\nevent: message\ndata: {\"streamPath\":")
                .contains("}\nid: 1\n\nevent: message\n")
                .endsWith("}\nid: 3\n\n");
        assertThat(answer.body().lines().filter("event: message"::equals)).hasSize(3);
        assertThat(answer.body().lines().filter(line -> line.startsWith("data:")))
                .hasSize(3);
        assertThat(answer.body()).doesNotContain("done");
    }

    @Test
    void check_33_after_offset_is_exclusive() {
        String stream = streamOf(3);
        assertThat(millrace.get(api(stream) + "?afterOffset=2&beforeOffset=end").offsets())
                .containsExactly(3L, 4L);
        assertThat(millrace.live(api(stream) + "?afterOffset=2").awaitOffset(4).offsets())
                .containsExactly(3L, 4L);
    }

    @Test
    void check_34_before_offset_is_exclusive_and_makes_the_read_finite() {
        String stream = streamOf(3);
        assertThat(millrace.get(api(stream) + "?beforeOffset=3").offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(api(stream) + "?beforeOffset=99").offsets()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void check_35_after_the_end_comes_exactly_the_next_append() {
        String stream = streamOf(2);
        LiveReadClient reader = millrace.live(api(stream) + "?afterOffset=end");
        reader.staysSilentFor(Duration.ofMillis(250));

        millrace.append(stream, "{\"type\":\"next\"}");

        assertThat(reader.awaitOffset(4).offsets()).containsExactly(4L);
    }

    @Test
    void check_36_between_end_and_end_is_nothing() {
        String stream = streamOf(2);
        assertThat(millrace.get(api(stream) + "?afterOffset=end&beforeOffset=end")
                        .body())
                .isEqualTo(": \n\n");
    }

    @Test
    void check_37_before_the_start_is_nothing_and_offset_0_is_refused() {
        String stream = streamOf(2);
        assertThat(millrace.get(api(stream) + "?beforeOffset=start").body()).isEqualTo(": \n\n");

        Answer zero = millrace.get(api(stream) + "?afterOffset=0");
        zero.expect(400);
        assertThat(zero.text("/data/issues/0/path/0")).isEqualTo("afterOffset");
    }

    @Test
    void check_38_without_parameters_a_read_ends_with_the_history() {
        String stream = streamOf(2);
        Answer answer = millrace.get(api(stream));

        assertThat(answer.offsets()).containsExactly(1L, 2L, 3L);
        assertThat(answer.body())
                .isEqualTo(millrace.get(api(stream) + "?live=false").body());
        assertThat(millrace.get(api(stream), "Accept", "*/*").body()).isEqualTo(answer.body());
    }

    @Test
    void check_38_an_event_stream_is_followed_by_what_comes() {
        String stream = streamOf(1);
        LiveReadClient reader = millrace.follow(stream).awaitOffset(2);
        reader.staysSilentFor(Duration.ofMillis(250));

        millrace.append(stream, "{\"type\":\"later\"}");

        assertThat(reader.awaitOffset(3).offsets()).containsExactly(1L, 2L, 3L);
        assertThat(reader.end()).isEmpty();
    }

    @Test
    void check_39_the_first_generation_of_parameters_still_works() {
        String stream = streamOf(2);
        assertThat(millrace.get(api(stream) + "?offset=2").offsets()).containsExactly(3L);
        assertThat(millrace.get(api(stream) + "?live=false").offsets()).containsExactly(1L, 2L, 3L);
        LiveReadClient reader =
                millrace.live(api(stream) + "?live=true&offset=1").awaitOffset(3);
        reader.staysSilentFor(Duration.ofMillis(250));
        assertThat(reader.offsets()).containsExactly(2L, 3L);
        assertThat(millrace.get(api(stream) + "?after=1&before=3").offsets()).containsExactly(2L);

        Answer mixed = millrace.get(api(stream) + "?afterOffset=1&live=true");
        mixed.expect(400);
        assertThat(mixed.body()).contains("'afterOffset'").contains("'live'");
    }

    @Test
    void check_40_an_idle_live_read_gets_comments() {
        LiveReadClient reader = millrace.follow(streamOf(1)).awaitOffset(2);
        long comments = reader.comments();
        Awaitility.await().atMost(millrace.heartbeat().plusSeconds(30)).until(() -> reader.comments() > comments);
        assertThat(reader.end()).isEmpty();
    }

    @Test
    void check_41_two_live_readers_see_the_same() {
        String stream = freshStream();
        LiveReadClient one = millrace.follow(stream);
        LiveReadClient two = millrace.follow(stream);
        for (int i = 0; i < 80; i++) {
            var unused = millrace.appendLater(stream, "{\"type\":\"a\",\"payload\":{\"i\":" + i + "}}");
        }
        List<Long> all = LongStream.rangeClosed(1, 81).boxed().toList();

        assertThat(one.awaitOffset(81).offsets()).isEqualTo(all);
        assertThat(two.awaitOffset(81).events()).isEqualTo(one.events());
    }

    @Test
    void check_43_reading_an_unused_path_creates_the_stream() {
        String finite = freshStream();
        List<JsonNode> events = millrace.get(api(finite)).events();
        assertThat(events).hasSize(1);
        assertThat(events.get(0).path("type").textValue()).isEqualTo(BuiltInType.INITIALIZED.type());

        assertThat(millrace.follow(freshStream()).awaitOffset(1).events()).hasSize(1);
    }

    @Test
    void should_report_the_watermark() {
        String stream = streamOf(2);
        LiveReadClient reader = millrace.live(api(stream) + "?caughtUp=true&afterOffset=1");
        reader.awaitLine("caught-up");
        millrace.append(stream, "{\"type\":\"later\"}");
        reader.awaitOffset(4);

        List<String> lines =
                reader.lines().stream().filter(line -> !line.startsWith(":")).toList();
        int caughtUp = lines.indexOf("event: caught-up");
        assertThat(lines.get(caughtUp + 1)).isEqualTo("data: {\"offset\": 3}");
        assertThat(lines.indexOf("id: 3")).isBetween(0, caughtUp);
        assertThat(lines.indexOf("id: 4")).isGreaterThan(caughtUp);
        assertThat(lines.stream().filter("event: caught-up"::equals)).hasSize(1);
        assertThat(reader.header("Millrace-Watermark")).isEqualTo("3");
        assertThat(reader.header("Millrace-Incarnation")).isNotEmpty();
        assertThat(Instant.parse(reader.header("Millrace-Time"))).isBetween(Instant.EPOCH, now());
        assertThat(reader.header("Date")).isNotEmpty();
        assertThat(reader.header("Cache-Control")).isEqualTo("no-store, no-transform");
        assertThat(reader.header("X-Accel-Buffering")).isEqualTo("no");
        assertThat(millrace.get(api(stream) + "?caughtUp=true&beforeOffset=end").body())
                .endsWith("event: caught-up\ndata: {\"offset\": 4}\n\n");
        assertThat(millrace.get(api(stream) + "?caughtUp=true&beforeOffset=3").body())
                .doesNotContain("caught-up");
    }

    @Test
    void should_resume_after_the_last_event_id() {
        String stream = streamOf(3);
        assertThat(millrace.live(api(stream) + "?afterOffset=start", "Last-Event-ID", "3")
                        .awaitOffset(4)
                        .offsets())
                .containsExactly(4L);
    }

    @Test
    void should_tell_a_reader_that_comes_back_that_its_stream_was_destroyed() {
        String stream = streamOf(4);
        millrace.send("DELETE", api(stream), "").expect(200);
        millrace.append(stream, "{\"type\":\"a\"}").expect(200);
        String[] seen = {"Last-Event-ID", "5"};
        LiveReadClient marked = millrace.live(api(stream) + "?caughtUp=true&afterOffset=1", seen);
        LiveReadClient plain = millrace.live(api(stream), seen);
        LiveReadClient behind = millrace.live(api(stream) + "?afterOffset=5");
        String finite = api(stream) + "?beforeOffset=end";

        assertThat(marked.awaitLine("event: caught-up").offsets()).containsExactly(1L, 2L);
        assertThat(marked.lines())
                .containsSubsequence("event: destroyed", "data: {}", "", "id: 1", "id: 2", "event: caught-up");
        assertThat(plain.awaitOffset(2).offsets()).containsExactly(1L, 2L);
        assertThat(plain.lines()).doesNotContain("event: destroyed");
        assertThat(millrace.get(finite + "&caughtUp=true", seen).body())
                .startsWith(": \n\nevent: destroyed\ndata: {}\n\nevent: message\n")
                .endsWith("id: 2\n\nevent: caught-up\ndata: {\"offset\": 2}\n\n");
        assertThat(millrace.get(finite, seen).body())
                .isEqualTo(millrace.history(stream).body());
        assertThat(millrace.get(api(stream), "Accept", "application/json", "Last-Event-ID", "5")
                        .json())
                .hasSize(2);
        assertThat(millrace.get(finite, "Last-Event-ID", "2").offsets()).isEmpty();
        assertThat(millrace.get(finite + "&afterOffset=5").offsets()).isEmpty();
        behind.staysSilentFor(Duration.ofMillis(100));
    }

    @Test
    void should_not_create_a_stream_for_a_reader_that_comes_back() {
        String destroyed = streamOf(1);
        millrace.send("DELETE", api(destroyed), "").expect(200);
        for (String stream : List.of(destroyed, freshStream())) {
            for (String target : List.of(
                    api(stream),
                    api(stream) + "?afterOffset=1&caughtUp=true",
                    api(stream) + "?live=true",
                    api(stream) + "?beforeOffset=end",
                    stream)) {
                Answer answer = millrace.get(target, "Accept", "text/event-stream", "Last-Event-ID", "2");
                answer.expect(204);
                assertThat(answer.body()).isEmpty();
                assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
            }
            millrace.get(api(stream), "Accept", "application/json", "Last-Event-ID", "2")
                    .expect(204);
            millrace.get(stateOf(stream) + "?create=false").expect(404);
        }
    }

    @Test
    void should_filter_limit_and_reverse_reads() {
        String stream = freshStream();
        for (String type : List.of("a", "b", "a", "c", "a")) {
            millrace.append(stream, "{\"type\":\"" + type + "\"}");
        }
        String finite = api(stream) + "?beforeOffset=end&";
        LiveReadClient live =
                millrace.live(api(stream) + "?types=a,c&caughtUp=true").awaitLine("caught-up");

        assertThat(millrace.get(finite + "types=a,c").offsets()).containsExactly(2L, 4L, 5L, 6L);
        assertThat(millrace.get(finite + "types=a&limit=2").offsets()).containsExactly(2L, 4L);
        assertThat(millrace.get(finite + "order=desc&limit=3").offsets()).containsExactly(6L, 5L, 4L);
        assertThat(millrace.get(finite + "order=desc&afterOffset=4").offsets()).containsExactly(6L, 5L);
        millrace.append(stream, "{\"type\":\"b\"}");
        millrace.append(stream, "{\"type\":\"c\"}");
        assertThat(live.awaitOffset(8).offsets()).containsExactly(2L, 4L, 5L, 6L, 8L);
        millrace.get(api(stream) + "?limit=2").expect(400);
        millrace.get(api(stream) + "?order=desc").expect(400);
    }

    @Test
    void should_answer_in_the_requested_format() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\",\"payload\":{\"n\":1.50,\"text\":\"no\"},\"metadata\":{}}");
        List<JsonNode> events = millrace.history(stream).events();

        Answer json = millrace.get(api(stream), "Accept", "application/json");
        Answer lines = millrace.get(api(stream), "Accept", "application/x-ndjson");
        Answer yaml = millrace.get(api(stream), "Accept", "application/yaml");

        assertThat(json.body()).startsWith("[\n").endsWith("\n]\n").contains("1.50");
        assertThat(json.body().lines()).hasSize(2 + events.size());
        assertThat(json.json()).containsExactlyElementsOf(events);
        assertThat(lines.body().lines().map(JsonCodec::parse)).containsExactlyElementsOf(events);
        assertThat(yaml.body())
                .startsWith("---\nstreamPath: ")
                .contains("\n---\n")
                .contains("\"n\": 1.50");
        assertThat(json.header("Millrace-Watermark")).isEqualTo("2");
        assertThat(millrace.get(api(stream) + "?afterOffset=2&beforeOffset=3", "Accept", "application/json")
                        .body())
                .isEqualTo("[]\n");
        millrace.get(api(stream), "Accept", "image/png").expect(406);
        millrace.get(api(stream) + "?live=true", "Accept", "application/json").expect(400);
    }

    @Test
    void should_stream_a_long_history_page_by_page() {
        String stream = freshStream();
        String batch = "[" + "{\"type\":\"a\",\"payload\":{\"t\":\"0123456789\"}},".repeat(499) + "{\"type\":\"b\"}]";
        millrace.append(stream, ProcessorEvents.CIRCUIT_BREAKER_CONFIGURED, "{\"enabled\":false}");
        for (int i = 0; i < 10; i++) {
            millrace.append(stream, batch);
        }
        List<Long> all = LongStream.rangeClosed(1, 5002).boxed().toList();

        assertThat(millrace.history(stream).offsets()).isEqualTo(all);
        assertThat(millrace.get(api(stream)).offsets()).isEqualTo(all);
        assertThat(millrace.get(api(stream), "Accept", "application/json").json())
                .hasSize(5002);
        assertThat(millrace.follow(stream).awaitOffset(5002).offsets()).isEqualTo(all);
        assertThat(millrace.get(api(stream) + "?beforeOffset=end&limit=700&order=desc")
                        .offsets())
                .hasSize(700)
                .startsWith(5002L)
                .endsWith(4303L);
    }

    @Test
    void should_be_finite_on_the_short_url_unless_asked_to_follow() {
        String stream = streamOf(1);
        assertThat(millrace.get(stream).offsets()).containsExactly(1L, 2L);
        assertThat(millrace.get(stream + "?limit=1").offsets()).containsExactly(1L);
        for (LiveReadClient reader : List.of(
                millrace.live(stream, "Accept", "text/event-stream"),
                millrace.live(stream + "?live=true"),
                millrace.live(stream + "?afterOffset=1"))) {
            reader.awaitOffset(2).staysSilentFor(Duration.ofMillis(100));
        }
    }

    private String streamOf(int events) {
        String stream = freshStream();
        for (int i = 0; i < events; i++) {
            millrace.append(stream, "{\"type\":\"a\"}").expect(200);
        }
        return stream;
    }
}
