package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.input;
import static dev.millrace.contracts.EventStreamsSubject.paused;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests of idempotency keys: an append with a key is stored once, even if it is sent several times. */
interface IdempotencyTests extends EventStreamsSubject {
    @Test
    default void should_answer_a_repeated_key_with_the_first_event() {
        StreamPath path = fresh();
        AppendResult first = append(path, said("hi", "key"));

        AppendResult again = append(path, said("hi", "key"));

        assertThat(again.event()).isEqualTo(first.event());
        assertThat(again.replayed()).isTrue();
        assertThat(again.diverged()).isFalse();
        assertThat(history(path)).hasSize(2);
    }

    @Test
    default void should_report_a_repeated_key_with_different_content() {
        StreamPath path = fresh();
        AppendResult first = append(path, said("hi", "key"));
        List<EventInput> others = List.of(
                said("bye", "key"),
                input("heard", "{\"text\":\"hi\"}").idempotencyKey("key").build(),
                EventInput.builder()
                        .from(said("hi", "key"))
                        .metadata(JsonCodec.parse("{\"by\":\"another\"}"))
                        .build());

        for (EventInput other : others) {
            AppendResult again = append(path, other);

            assertThat(again.event()).isEqualTo(first.event());
            assertThat(again.replayed()).isTrue();
            assertThat(again.diverged()).isTrue();
        }
        assertThat(history(path)).hasSize(2);
    }

    @Test
    default void should_answer_a_repeated_key_at_any_offset() {
        StreamPath path = fresh();
        EventInput input =
                EventInput.builder().from(said("hi", "key")).offset(2).build();
        AppendResult first = append(path, input);
        given(path, 3);

        AppendResult again = append(path, input);

        assertThat(again.event()).isEqualTo(first.event());
        assertThat(again.replayed()).isTrue();
        assertThat(again.diverged()).isFalse();
    }

    @Test
    default void should_answer_a_repeated_key_while_the_stream_is_paused() {
        StreamPath path = fresh();
        AppendResult first = append(path, said("hi", "key"));
        append(path, paused());

        AppendResult again = append(path, said("hi", "key"));

        assertThat(again.event()).isEqualTo(first.event());
        assertThat(again.replayed()).isTrue();
    }

    @Test
    default void should_keep_the_keys_of_streams_apart() {
        AppendResult one = append(fresh(), said("hi", "key"));
        AppendResult two = append(fresh(), said("hi", "key"));

        assertThat(two.replayed()).isFalse();
        assertThat(two.event().path()).isNotEqualTo(one.event().path());
    }

    @Test
    default void should_append_once_when_many_send_the_same_key_at_once() {
        StreamPath path = fresh();
        List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            appends.add(subject().append(path, said("hi", "key")));
        }

        List<AppendResult> answers =
                appends.stream().map(EventStreamsSubject::get).toList();

        assertThat(answers).filteredOn(answer -> !answer.replayed()).hasSize(1);
        assertThat(answers)
                .extracting(AppendResult::event)
                .containsOnly(answers.get(0).event());
        assertThat(get(subject().state(path)).eventCount()).isEqualTo(2);
    }
}
