package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.processor.WaitWindow;
import dev.millrace.core.processor.WaitWindowRunner;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WaitWindowTest extends RunnerRules {
    sealed interface Turn {
        @EventName("asked")
        record Asked(String text) implements Turn {}

        @EventName("context")
        record Context(String by) implements Turn {}

        @EventName("no-context")
        record NoContext(String by) implements Turn {}

        @EventName("went-ahead")
        record WentAhead(long through) implements Turn {}
    }

    /** A processor that waits for "rag" and "safety". */
    private static final class Asker implements Processor<WaitWindow> {
        final List<Long> wentAhead = new CopyOnWriteArrayList<>();
        private final WaitWindowRunner<WaitWindow> hesitation = new WaitWindowRunner<>(
                "reply", state -> state, window -> new Turn.WentAhead(window.through()), (closing, attempt) -> {
                    wentAhead.add(closing.offset());
                    return Effects.none();
                });

        @Override
        public String slug() {
            return "asker";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Turn.class);
        }

        @Override
        public WaitWindow initialState() {
            return WaitWindow.none();
        }

        @Override
        public WaitWindow reduce(WaitWindow window, Event event) {
            if (event.payload() instanceof Turn.Asked) {
                return window.opened(event, WaitWindow.USUAL, "rag", "safety");
            }
            if (event.payload() instanceof Turn.Context context) {
                return window.contributed(context.by(), event);
            }
            if (event.payload() instanceof Turn.NoContext nothing) {
                return window.declined(nothing.by());
            }
            return event.payload() instanceof Turn.WentAhead ahead ? window.closed(ahead.through()) : window;
        }

        @Override
        public CompletionStage<Void> afterAppend(WaitWindow state, Event event, Effects<WaitWindow> effects) {
            hesitation.decide(state, effects);
            return Effects.none();
        }

        @Override
        public CompletionStage<Void> onCaughtUp(WaitWindow state, Effects<WaitWindow> effects) {
            hesitation.decide(state, effects);
            return Effects.none();
        }
    }

    private final Asker asker = new Asker();

    private long append(Object payload) {
        return get(streams.append(PATH, EventInput.of(payload))).offset();
    }

    /** The runner's clock is years behind the service's, so it waits for the whole window. */
    private ProcessorRunner<WaitWindow> waiting() {
        ProcessorRunner<WaitWindow> runner = startLive(asker);
        runner.awaitProcessed(append(new Turn.Asked("hi")), LIMIT);
        assertThat(runner.status().waiting()).isEqualTo(1);
        return runner;
    }

    private void awaitGone() {
        eventually(() -> asker.wentAhead.size() == 1);
    }

    private long through() {
        return logOf("went-ahead").get(0).payloadJson().path("through").longValue();
    }

    @Test
    void should_go_ahead_with_what_there_is_when_the_time_is_over() {
        ProcessorRunner<WaitWindow> runner = waiting();
        long context = append(new Turn.Context("rag"));
        runner.awaitProcessed(context, LIMIT);
        assertThat(logOf("went-ahead")).isEmpty();

        pass(WaitWindow.USUAL);
        awaitGone();

        assertThat(through()).isEqualTo(context);
    }

    @Test
    void should_go_ahead_at_once_when_everybody_has_answered() {
        ProcessorRunner<WaitWindow> runner = waiting();
        long context = append(new Turn.Context("rag"));
        append(new Turn.NoContext("safety"));
        awaitGone();
        runner.awaitIdle(LIMIT);
        pass(Duration.ofSeconds(1));
        runner.awaitIdle(LIMIT);

        assertThat(through()).isEqualTo(context);
        assertThat(asker.wentAhead).hasSize(1);
        assertThat(runner.status().waiting()).isZero();
    }

    @Test
    void should_decide_by_offsets_what_was_in_time_so_that_every_replay_agrees() {
        ProcessorRunner<WaitWindow> runner = waiting();
        long context = append(new Turn.Context("rag"));
        runner.awaitProcessed(context, LIMIT);
        pass(WaitWindow.USUAL);
        awaitGone();
        append(new Turn.Context("slow"));

        for (int replay = 0; replay < 10; replay++) {
            WaitWindow folded = asker.initialState();
            for (Event event : log()) {
                folded = asker.reduce(folded, event.decodedBy(asker.events()));
            }
            assertThat(folded.contributions()).containsExactly(context);
            assertThat(folded.open()).isFalse();
        }
    }

    @Test
    void should_count_what_came_between_the_decision_and_its_event_as_late() {
        long asked = append(new Turn.Asked("hi"));
        long early = append(new Turn.Context("rag"));
        append(new Turn.Context("slow"));
        List<Event> log =
                log().stream().map(event -> event.decodedBy(asker.events())).toList();
        WaitWindow window = asker.initialState();
        for (Event event : log) {
            window = asker.reduce(window, event);
        }

        assertThat(window.openedAt()).isEqualTo(asked);
        assertThat(window.closed(early).contributions()).containsExactly(early);
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(window), WaitWindow.class))
                .isEqualTo(window);
    }

    @Test
    void should_go_ahead_after_a_restart_that_finds_the_window_open() {
        append(new Turn.Asked("hi"));
        pass(Duration.between(timers.now(), java.time.Instant.now().plusSeconds(60)));

        startLive(asker);
        awaitGone();

        assertThat(through()).isEqualTo(2);
    }
}
