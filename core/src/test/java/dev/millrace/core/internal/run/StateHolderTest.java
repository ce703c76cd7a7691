package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.StreamPath;
import dev.millrace.core.UnknownPayload;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StateHolderTest {
    @EventName("said")
    record Said(String text) {}

    static final class Texts implements Processor<List<String>> {
        @Override
        public String slug() {
            return "texts";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Said.class);
        }

        @Override
        public List<String> initialState() {
            return List.of();
        }

        @Override
        @SuppressWarnings("NullAway") // the test covers a reducer that returns null
        public List<String> reduce(List<String> state, Event event) {
            if (event.payload() instanceof Said said) {
                return switch (said.text()) {
                    case "null" -> null;
                    case "throw" -> throw new IllegalStateException("cannot");
                    default ->
                        Stream.concat(state.stream(), Stream.of(said.text())).toList();
                };
            }
            return state;
        }
    }

    private final StateHolder<List<String>> fold = new StateHolder<>(new Texts());

    @Test
    void should_begin_before_the_first_event() {
        assertThat(fold.state()).isEmpty();
        assertThat(fold.through()).isZero();
    }

    @Test
    void should_fold_decoded_events_and_know_how_far_it_is() {
        apply(1, new Said("a"));
        apply(2, new Said("b"));

        assertThat(fold.state()).containsExactly("a", "b");
        assertThat(fold.through()).isEqualTo(2);
    }

    @Test
    void should_pass_over_events_of_others_with_the_same_state() {
        apply(1, new Said("a"));
        List<String> before = fold.state();
        Event other = fold.decode(ScriptedStreams.event(StreamPath.root(), 2, EventInput.ofType("other")));

        fold.apply(other);

        assertThat(other.payload()).isInstanceOf(UnknownPayload.class);
        assertThat(fold.state()).isSameAs(before);
        assertThat(fold.through()).isEqualTo(2);
    }

    @Test
    void should_stay_where_it_was_when_the_reducer_throws_or_returns_nothing() {
        apply(1, new Said("a"));

        assertThatIllegalStateException().isThrownBy(() -> apply(2, new Said("throw")));
        assertThatNullPointerException()
                .isThrownBy(() -> apply(3, new Said("null")))
                .withMessageContainingAll("'texts'", "returned null for said", "return the state");

        assertThat(fold.state()).containsExactly("a");
        assertThat(fold.through()).isEqualTo(1);
    }

    @Test
    void should_begin_anew_when_reset() {
        apply(1, new Said("a"));

        fold.reset();

        assertThat(fold.state()).isEmpty();
        assertThat(fold.through()).isZero();
    }

    private void apply(long offset, Said said) {
        fold.apply(fold.decode(ScriptedStreams.event(StreamPath.root(), offset, EventInput.of(said))));
    }
}
