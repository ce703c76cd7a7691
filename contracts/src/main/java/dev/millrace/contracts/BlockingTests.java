package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the blocking form: it returns or throws the result of the future. */
interface BlockingTests extends EventStreamsSubject {
    @Test
    default void should_return_the_value_of_the_future() {
        StreamPath path = fresh();
        BlockingEventStreams streams = subject().blocking(PATIENCE);

        assertThat(streams.append(path, said("one")).offset()).isEqualTo(2);
        assertThat(streams.appendAll(path, List.of(said("two"), said("three")))).hasSize(2);
        assertThat(streams.read(path.value(), ReadRange.after(2)))
                .extracting(Event::offset)
                .containsExactly(3L, 4L);
        assertThat(streams.state(path).eventCount()).isEqualTo(4);
        assertThat(streams.list(path)).hasSize(1);
        StreamPath copy = fresh();
        streams.fork(path, 2, copy);
        assertThat(streams.destroy(copy, false)).isNotNull();
    }

    @Test
    default void should_throw_the_refusal_itself() {
        StreamPath path = fresh();
        BlockingEventStreams streams = subject().blocking(PATIENCE);

        assertThatThrownBy(() -> streams.append(path, said("too far", 7)))
                .isInstanceOfSatisfying(StreamException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(Code.OFFSET_MISMATCH);
                    assertThat(refusal.path()).contains(path);
                });
    }
}
