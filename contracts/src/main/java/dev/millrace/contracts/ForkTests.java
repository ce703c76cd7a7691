package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.refusal;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import org.junit.jupiter.api.Test;

/** Tests of forks: a fork begins with events of another stream, and is then independent. */
interface ForkTests extends EventStreamsSubject {
    @Test
    default void should_begin_a_fork_with_the_events_as_far_as_the_offset() {
        StreamPath from = fresh();
        StreamPath to = fresh();
        given(from, 1);
        append(
                from,
                EventInput.builder()
                        .from(said("from elsewhere"))
                        .source(JsonCodec.parse("{\"path\":\"/x\"}"))
                        .build());
        given(from, 1);

        get(subject().fork(from, 3, to));
        append(from, said("only there"));
        append(to, said("only here"));

        assertThat(history(to)).extracting(Event::offset).containsExactly(1L, 2L, 3L, 4L);
        assertThat(history(to).get(2).payloadJson())
                .isEqualTo(history(from).get(2).payloadJson());
        assertThat(history(to).get(2).source()).contains(JsonCodec.parse("{\"path\":\"/x\"}"));
        assertThat(history(to).get(3).payloadJson().path("text").textValue()).isEqualTo("only here");
        assertThat(history(from)).hasSize(5);
    }

    @Test
    default void should_refuse_a_fork_at_an_offset_that_does_not_exist() {
        StreamPath from = fresh();
        given(from, 1);

        assertThat(refusal(subject().fork(from, 3, fresh())).code()).isEqualTo(Code.BAD_REQUEST);
    }

    @Test
    default void should_refuse_a_fork_over_a_stream_that_exists() {
        StreamPath from = fresh();
        StreamPath taken = fresh();
        given(from, 1);
        given(taken, 1);

        assertThat(refusal(subject().fork(from, 1, taken)).code()).isEqualTo(Code.CONFLICT);
        assertThat(history(taken)).hasSize(2);
    }
}
