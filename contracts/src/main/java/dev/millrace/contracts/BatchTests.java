package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.event;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.paused;
import static dev.millrace.contracts.EventStreamsSubject.refusal;
import static dev.millrace.contracts.EventStreamsSubject.resumed;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static dev.millrace.contracts.EventStreamsSubject.unlimited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests of batches and pauses: inputs apply in order, and all are stored or none. */
interface BatchTests extends EventStreamsSubject {
    @Test
    default void should_append_a_batch_in_order() {
        StreamPath path = fresh();

        List<AppendResult> appended =
                get(subject().appendAll(path, List.of(said("one"), said("two", 3), said("three", "key"))));

        assertThat(appended).extracting(AppendResult::offset).containsExactly(2L, 3L, 4L);
        assertThat(appended)
                .extracting(AppendResult::event)
                .isEqualTo(history(path).subList(1, 4));
    }

    @Test
    default void should_refuse_the_whole_batch_if_one_input_is_refused() {
        StreamPath path = fresh();
        given(path, 1);

        var mismatch = refusal(subject().appendAll(path, List.of(said("one"), said("two", 7), said("three"))));
        var reserved = refusal(subject().appendAll(path, List.of(said("one"), said("two", "millrace/x"))));
        var second = refusal(subject()
                .appendAll(
                        path,
                        List.of(
                                said("one"),
                                event(
                                        BuiltInType.INITIALIZED.type(),
                                        "{\"projectSlug\":\"public\",\"path\":\"" + path + "\"}"))));

        assertThat(mismatch.code()).isEqualTo(Code.OFFSET_MISMATCH);
        assertThat(reserved.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(second.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(history(path)).hasSize(2);
        assertThat(append(path, said("next")).offset()).isEqualTo(3);
    }

    @Test
    default void should_keep_an_invalid_input_of_a_batch_as_an_event() {
        StreamPath path = fresh();

        List<AppendResult> appended =
                get(subject().appendAll(path, List.of(said("one"), event("said", "[]"), said("three"))));

        assertThat(appended)
                .extracting(answer -> answer.event().type())
                .containsExactly("said", BuiltInType.INVALID_EVENT_APPENDED.type(), "said");
    }

    @Test
    default void should_answer_repeated_keys_inside_and_across_batches() {
        StreamPath path = fresh();
        AppendResult before = append(path, said("zero", "a"));

        List<AppendResult> appended = get(subject()
                .appendAll(path, List.of(said("zero", "a"), said("one", "b"), said("other", "b"), said("two", "c"))));

        assertThat(appended).extracting(AppendResult::offset).containsExactly(2L, 3L, 3L, 4L);
        assertThat(appended).extracting(AppendResult::replayed).containsExactly(true, false, true, false);
        assertThat(appended).extracting(AppendResult::diverged).containsExactly(false, false, true, false);
        assertThat(appended.get(0).event()).isEqualTo(before.event());
        assertThat(history(path)).hasSize(4);
    }

    @Test
    default void should_replay_a_whole_batch() {
        StreamPath path = fresh();
        List<EventInput> batch = List.of(said("one", "a"), said("two", "b"));
        List<AppendResult> first = get(subject().appendAll(path, batch));

        List<AppendResult> again = get(subject().appendAll(path, batch));

        assertThat(again)
                .extracting(AppendResult::event)
                .isEqualTo(first.stream().map(AppendResult::event).toList());
        assertThat(again).allMatch(AppendResult::replayed);
    }

    @Test
    default void should_refuse_a_batch_of_none_or_too_many() {
        StreamPath path = fresh();

        var none = refusal(subject().appendAll(path, List.of()));
        var many = refusal(subject().appendAll(path, Collections.nCopies(501, said("hi"))));

        assertThat(none.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(many.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(types(path)).isEmpty();
    }

    @Test
    default void should_append_the_largest_batch() {
        StreamPath path = fresh();
        append(path, unlimited());

        List<AppendResult> appended = get(subject().appendAll(path, Collections.nCopies(500, said("hi"))));

        assertThat(appended)
                .hasSize(500)
                .last()
                .extracting(AppendResult::offset)
                .isEqualTo(502L);
    }

    @Test
    default void should_not_mix_batches_that_arrive_at_once() {
        StreamPath path = fresh();
        List<CompletableFuture<List<AppendResult>>> batches = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            batches.add(subject().appendAll(path, Collections.nCopies(4, said("batch " + i))));
        }
        batches.forEach(EventStreamsSubject::get);

        List<String> texts = history(path).stream()
                .skip(1)
                .map(event -> event.payloadJson().path("text").textValue())
                .toList();

        for (int i = 0; i < texts.size(); i += 4) {
            assertThat(texts.subList(i, i + 4)).containsOnly(texts.get(i));
        }
        assertThat(texts).hasSize(48);
    }

    @Test
    default void should_refuse_everything_but_resumed_while_paused() {
        StreamPath path = fresh();
        append(path, paused());

        var refusals = List.of(
                refusal(subject().append(path, said("hi"))),
                refusal(subject().append(path, paused())),
                refusal(subject().append(path, event("said", "[]"))),
                refusal(subject().appendAll(path, List.of(said("hi"), resumed()))));

        assertThat(refusals).allSatisfy(refusal -> {
            assertThat(refusal.code()).isEqualTo(Code.PAUSED);
            assertThat(refusal).hasMessageContaining("stream is paused");
            assertThat(refusal.path()).contains(path);
        });
        append(path, resumed());
        assertThat(append(path, said("hi")).offset()).isEqualTo(4);
    }

    @Test
    default void should_apply_a_pause_to_the_rest_of_its_own_batch() {
        StreamPath path = fresh();

        var refusal = refusal(subject().appendAll(path, List.of(paused(), said("hi"))));
        assertThat(refusal.code()).isEqualTo(Code.PAUSED);
        assertThat(append(path, said("not paused")).offset()).isEqualTo(2);

        get(subject().appendAll(path, List.of(paused(), resumed(), said("hi"), paused())));
        get(subject().appendAll(path, List.of(resumed(), said("hi"))));
        assertThat(history(path)).extracting(Event::offset).hasSize(8);
    }

    @Test
    default void should_know_a_pause_in_every_spelling() {
        StreamPath path = fresh();
        append(path, event("events.iterate.com/stream/paused", "{}"));

        assertThat(refusal(subject().append(path, said("hi"))).code()).isEqualTo(Code.PAUSED);
        append(path, event("https://events.iterate.com/resumed", "{\"reason\":\"back\"}"));
        assertThat(append(path, said("hi")).offset()).isEqualTo(4);
    }

    @Test
    default void should_pause_one_stream_only() {
        StreamPath path = fresh();
        append(path, paused());

        assertThat(append(fresh(), said("elsewhere")).offset()).isEqualTo(2);
        assertThat(history(path)).hasSize(2);
    }
}
