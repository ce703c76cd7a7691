package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Checks of idempotency keys, expected offsets and pauses, over HTTP.
 *
 * @since 0.1
 */
public abstract class OffsetChecks extends WireChecks {
    private static final String PAUSE =
            "{\"type\":\"" + BuiltInType.PAUSED.type() + "\",\"payload\":{\"reason\":\"r\"}}";
    private static final String RESUME =
            "{\"type\":\"" + BuiltInType.RESUMED.type() + "\",\"payload\":{\"reason\":\"r\"}}";

    @Test
    void check_16_the_same_key_twice_answers_with_the_first_event() {
        String stream = freshStream();
        Answer first = millrace.append(stream, "{\"type\":\"a\",\"idempotencyKey\":\"k\",\"payload\":{\"n\":1}}");
        Answer second = millrace.append(stream, "{\"type\":\"b\",\"idempotencyKey\":\"k\",\"payload\":{\"n\":2}}");

        second.expect(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L);
    }

    @Test
    void should_say_that_a_replayed_event_differs_from_the_body() {
        String stream = freshStream();
        String first =
                "{\"type\":\"a\",\"idempotencyKey\":\"k\",\"payload\":{\"n\":1,\"m\":[2]},\"metadata\":{\"x\":1}}";
        assertThat(millrace.append(stream, first).header("Idempotent-Diverged")).isEmpty();
        String other = "{\"type\":\"b\",\"idempotencyKey\":\"k\"}";
        String another = "{\"type\":\"new\"}";

        for (String same : List.of(
                first,
                "{\"metadata\":{\"x\":1},\"payload\":{\"m\":[2.0],\"n\":1e0},\"type\":\"a\",\"idempotencyKey\":\"k\",\"offset\":9}",
                "[" + first + "," + first + "]")) {
            Answer answer = millrace.append(stream, same).expect(200);
            assertThat(answer.header("Idempotent-Replayed")).as(same).isEqualTo("true");
            assertThat(answer.header("Idempotent-Diverged")).as(same).isEmpty();
        }
        for (String different : List.of(
                other,
                first.replace("\"type\":\"a\"", "\"type\":\"b\""),
                first.replace("[2]", "[3]"),
                first.replace("\"x\":1", "\"x\":2"),
                "[" + first + "," + other + "]")) {
            Answer answer = millrace.append(stream, different).expect(200);
            assertThat(answer.header("Idempotent-Replayed")).as(different).isEqualTo("true");
            assertThat(answer.header("Idempotent-Diverged")).as(different).isEqualTo("true");
        }
        Answer mixed = millrace.append(stream, "[" + other + "," + another + "]");
        assertThat(mixed.header("Idempotent-Replayed")).isEmpty();
        assertThat(mixed.header("Idempotent-Diverged")).isEqualTo("true");
        assertThat(millrace.append(stream, "[" + first + "," + another + "]").header("Idempotent-Diverged"))
                .isEmpty();
    }

    @Test
    void check_17_the_same_key_with_a_stale_offset_answers_and_wakes_no_reader() {
        String stream = freshStream();
        String input = "{\"type\":\"a\",\"idempotencyKey\":\"k\",\"offset\":2}";
        millrace.append(stream, input);
        LiveReadClient reader = millrace.live(api(stream) + "?afterOffset=2");

        assertThat(millrace.append(stream, input).number("/event/offset")).isEqualTo(2);
        reader.staysSilentFor(Duration.ofMillis(250));
    }

    @Test
    void check_18_the_same_key_on_two_streams_makes_two_events() {
        String input = "{\"type\":\"a\",\"idempotencyKey\":\"k\"}";
        for (String stream : List.of(freshStream(), freshStream())) {
            Answer answer = millrace.append(stream, input);
            assertThat(answer.text("/event/streamPath")).isEqualTo(stream);
            assertThat(answer.headers().firstValue("Idempotent-Replayed")).isEmpty();
        }
    }

    @Test
    void check_19_the_same_key_answers_while_paused() {
        String stream = freshStream();
        String input = "{\"type\":\"a\",\"idempotencyKey\":\"k\"}";
        Answer first = millrace.append(stream, input);
        millrace.append(stream, PAUSE);

        assertThat(millrace.append(stream, input).body()).isEqualTo(first.body());
    }

    @Test
    void check_20_the_next_offset_is_accepted() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\",\"offset\":2}").expect(200);
        millrace.append(stream, "{\"type\":\"a\",\"offset\":3}").expect(200);
    }

    @Test
    void check_21_a_wrong_first_offset_is_refused_and_leaves_only_initialized() {
        String stream = freshStream();
        Answer answer = millrace.append(stream, "{\"type\":\"a\",\"offset\":3}");

        answer.expect(412);
        assertThat(answer.text("/code")).isEqualTo("PRECONDITION_FAILED");
        assertThat(answer.text("/reason")).isEqualTo("OFFSET_MISMATCH");
        assertThat(answer.body()).contains("next generated offset");
        assertThat(millrace.get(ServiceClient.stateOf(stream)).number("/eventCount"))
                .isEqualTo(1);
        assertThat(millrace.history(stream).offsets()).containsExactly(1L);
    }

    @Test
    void check_22_a_stale_offset_is_refused() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");
        millrace.append(stream, "{\"type\":\"a\",\"offset\":2}").expect(412);
    }

    @Test
    void check_23_an_offset_may_be_a_numeric_string() {
        Answer answer = millrace.append(freshStream(), "{\"type\":\"a\",\"offset\":\"2\"}");
        answer.expect(200);
        assertThat(answer.text("/event/type")).isEqualTo("a");
    }

    @Test
    void check_24_concurrent_appends_leave_no_gap_and_no_duplicate() throws Exception {
        String stream = freshStream();
        List<CompletableFuture<Answer>> answers = IntStream.range(0, 50)
                .mapToObj(i -> millrace.appendLater(stream, "{\"type\":\"a\",\"payload\":{\"i\":" + i + "}}"))
                .toList();
        List<Long> offsets = new ArrayList<>();
        for (CompletableFuture<Answer> answer : answers) {
            offsets.add(answer.get(30, TimeUnit.SECONDS).event().path("offset").longValue());
        }

        assertThat(offsets)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(2, 51).boxed().toList());
    }

    @Test
    void check_55_a_paused_stream_refuses_until_it_is_resumed() {
        String stream = freshStream();
        millrace.append(stream, PAUSE).expect(200);

        Answer refused = millrace.append(stream, "{\"type\":\"a\"}");
        refused.expect(412);
        assertThat(refused.body()).contains("stream is paused");
        assertThat(refused.text("/reason")).isEqualTo("PAUSED");
        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L);
        millrace.append(stream, RESUME).expect(200);
        millrace.append(stream, "{\"type\":\"a\"}").expect(200);
    }

    @Test
    void check_56_a_pause_needs_no_reason() {
        Answer answer =
                millrace.append(freshStream(), "{\"type\":\"" + BuiltInType.PAUSED.type() + "\",\"payload\":{}}");
        assertThat(answer.text("/event/type")).isEqualTo(BuiltInType.PAUSED.type());
    }
}
