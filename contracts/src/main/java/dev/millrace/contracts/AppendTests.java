package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.event;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.input;
import static dev.millrace.contracts.EventStreamsSubject.refusal;
import static dev.millrace.contracts.EventStreamsSubject.resumed;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests of appends: an event is stored, numbered, timed and returned. */
interface AppendTests extends EventStreamsSubject {
    @Test
    default void should_begin_every_stream_with_initialized() {
        StreamPath path = fresh();

        AppendResult appended = append(path, EventInput.ofType("hello-world"));

        assertThat(appended.offset()).isEqualTo(2);
        Event first = history(path).get(0);
        assertThat(first.offset()).isEqualTo(1);
        assertThat(BuiltInType.INITIALIZED.matches(first.type())).isTrue();
        assertThat(first.payloadJson())
                .isEqualTo(JsonCodec.parse("{\"projectSlug\":\"public\",\"path\":\"" + path + "\"}"));
    }

    @Test
    default void should_answer_with_the_stored_event() {
        StreamPath path = fresh();

        AppendResult appended = append(path, said("hi"));

        assertThat(appended.replayed()).isFalse();
        assertThat(appended.diverged()).isFalse();
        Event event = appended.event();
        assertThat(event.path()).isEqualTo(path);
        assertThat(event.type()).isEqualTo("said");
        assertThat(event.payloadJson().path("text").textValue()).isEqualTo("hi");
        assertThat(event.metadata()).isEmpty();
        assertThat(event.idempotencyKey()).isEmpty();
        assertThat(history(path).get(1)).isEqualTo(event);
    }

    @Test
    default void should_store_an_empty_payload_when_there_is_none() {
        assertThat(append(fresh(), EventInput.ofType("hello-world")).event().payloadJson())
                .isEqualTo(JsonCodec.parse("{}"));
    }

    @Test
    default void should_keep_payload_metadata_and_source_as_they_were_written() {
        StreamPath path = fresh();
        String payload = "{\"price\":1.10,\"big\":12345678901234567890,\"tiny\":1e-7,\"many\":9007199254740993,"
                + "\"none\":null,\"text\":\"Grüße 👩‍🚀 \\u0001 \\\" \\\\ </script>\",\"\":[[],{},false]}";
        String metadata = "{\"nested\":[1,[2,{\"three\":[3.0]}]],\"author\":\"ann\"}";

        append(
                path,
                input("kept", payload)
                        .metadata(JsonCodec.parse(metadata))
                        .source(JsonCodec.parse(metadata))
                        .build());

        Event stored = history(path).get(1);
        assertThat(JsonCodec.writeText(stored.payloadJson()))
                .isEqualTo(JsonCodec.writeText(JsonCodec.parse(payload)))
                .contains("1.10", "12345678901234567890", "9007199254740993");
        assertThat(JsonCodec.writeText(stored.metadata().orElseThrow()))
                .isEqualTo(JsonCodec.writeText(JsonCodec.parse(metadata)));
        assertThat(stored.source()).isEqualTo(stored.metadata());
    }

    @Test
    default void should_trim_type_and_key() {
        StreamPath path = fresh();

        Event stored = append(
                        path, input(" padded\n", "{}").idempotencyKey(" key ").build())
                .event();

        assertThat(stored.type()).isEqualTo("padded");
        assertThat(stored.idempotencyKey()).contains("key");
        assertThat(append(path, said("other", "key")).replayed()).isTrue();
    }

    @Test
    default void should_store_a_built_in_type_as_it_was_spelled() {
        StreamPath path = fresh();
        List<String> spellings = List.of(
                "events.iterate.com/core/metadata-updated",
                "events.iterate.com/stream/metadata-updated",
                "https://events.iterate.com/metadata-updated");

        spellings.forEach(type -> append(path, event(type, "{\"metadata\":{\"by\":\"" + type + "\"}}")));

        assertThat(types(path)).isEqualTo(spellings);
        assertThat(get(subject().state(path)).metadata().path("by").textValue()).isEqualTo(spellings.get(2));
    }

    @Test
    default void should_number_the_events_of_a_stream_without_gaps() {
        StreamPath path = fresh();
        List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            appends.add(subject().append(path, said("event " + i)));
        }

        List<Long> offsets =
                appends.stream().map(append -> get(append).offset()).toList();

        assertThat(offsets)
                .as("in the order of the calls")
                .containsExactlyElementsOf(LongStream.rangeClosed(2, 51).boxed().toList());
        assertThat(history(path)).extracting(Event::offset).hasSize(51).isSorted();
    }

    @Test
    default void should_time_events_to_the_millisecond_and_never_backwards() {
        StreamPath path = fresh();
        given(path, 20);
        append(path, said("later"));

        List<Instant> times = history(path).stream().map(Event::createdAt).toList();

        assertThat(times)
                .isSorted()
                .allSatisfy(time -> assertThat(time).isEqualTo(time.truncatedTo(ChronoUnit.MILLIS)));
    }

    @Test
    default void should_make_an_append_visible_to_every_later_read() {
        StreamPath path = fresh();
        for (int i = 0; i < 20; i++) {
            AppendResult appended = append(path, said("event " + i));

            assertThat(history(path)).last().isEqualTo(appended.event());
        }
    }

    @Test
    default void should_accept_an_append_at_the_next_offset_only() {
        StreamPath path = fresh();

        var tooHigh = refusal(subject().append(path, said("early", 3)));
        assertThat(append(path, said("right", 2)).offset()).isEqualTo(2);
        assertThat(append(path, said("right", 3)).offset()).isEqualTo(3);
        var stale = refusal(subject().append(path, said("late", 3)));

        assertThat(List.of(tooHigh, stale)).allSatisfy(refusal -> {
            assertThat(refusal.code()).isEqualTo(Code.OFFSET_MISMATCH);
            assertThat(refusal).hasMessageContaining("next generated offset");
            assertThat(refusal.isRetryable()).isFalse();
        });
        assertThat(history(path)).hasSize(3);
    }

    @Test
    default void should_let_one_of_many_win_an_offset() {
        StreamPath path = fresh();
        given(path, 1);
        List<CompletableFuture<AppendResult>> rivals = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            rivals.add(subject().append(path, said("rival " + i, 3)));
        }

        long winners = rivals.stream()
                .filter(rival -> get(rival.handle((appended, failure) -> failure == null)))
                .count();

        assertThat(winners).isEqualTo(1);
        assertThat(history(path)).hasSize(3);
    }

    @Test
    default void should_refuse_a_second_initialized() {
        StreamPath path = fresh();
        given(path, 1);
        for (String type :
                List.of(BuiltInType.INITIALIZED.type(), "events.iterate.com/core/stream-first-initialized")) {
            var refusal = refusal(
                    subject().append(path, event(type, "{\"projectSlug\":\"public\",\"path\":\"" + path + "\"}")));

            assertThat(refusal.code()).isEqualTo(Code.BAD_REQUEST);
            assertThat(refusal).hasMessageContaining("may only be appended once");
        }
        assertThat(history(path)).hasSize(2);
    }

    @Test
    default void should_refuse_events_that_are_too_large_or_too_deep() {
        StreamPath path = fresh();
        String deep = "[".repeat(70) + "]".repeat(70);

        var large = refusal(subject().append(path, said("x".repeat((1 << 20) + 1))));
        var nested = refusal(subject().append(path, event("deep", "{\"deep\":" + deep + "}")));

        assertThat(large.code()).isEqualTo(Code.TOO_LARGE);
        assertThat(nested.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(types(path)).isEmpty();
        assertThat(append(path, said("x".repeat(1_000_000))).offset()).isEqualTo(2);
    }

    @Test
    default void should_accept_resumed_on_a_stream_that_is_not_paused() {
        assertThat(append(fresh(), resumed()).event().type()).isEqualTo(BuiltInType.RESUMED.type());
    }
}
