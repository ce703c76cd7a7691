package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of what an effect can read in addition to its state and event. */
class EffectsViewTest extends RunnerRules {
    /** A processor that delegates. */
    private record Around(Processor<List<String>> delegate) implements ForwardingProcessor<List<String>> {}

    @Test
    void should_give_the_newest_state_to_a_processor_that_another_one_forwards_to() {
        CompletableFuture<List<String>> seen = new CompletableFuture<>();
        CompletableFuture<List<String>> seenByAttempt = new CompletableFuture<>();
        Recorder inner = Recorder.silent().onSaid((state, event, effects) -> {
            seen.complete(effects.current());
            effects.launch("look", because(event.offset()), attempt -> {
                seenByAttempt.complete(attempt.current());
                return Effects.none();
            });
            return Effects.none();
        });
        ProcessorRunner<List<String>> runner = startLive(new Around(inner));

        say("hello");
        runner.awaitIdle(LIMIT);

        assertThat(get(seen)).containsExactly("hello");
        assertThat(get(seenByAttempt)).containsExactly("hello");
    }

    @Test
    void should_read_the_own_stream_from_an_effect_and_decode_it_for_the_processor() {
        CompletableFuture<List<Event>> page = new CompletableFuture<>();
        Recorder reader = Recorder.silent()
                .onSaid((state, event, effects) -> state.size() < 3
                        ? Effects.none()
                        : Effects.done(effects.read(ReadRange.builder()
                                        .afterOffset(1)
                                        .limit(2)
                                        .build())
                                .thenAccept(page::complete)));
        ProcessorRunner<List<String>> runner = startLive(reader);

        sayMany(3);
        runner.awaitIdle(LIMIT);

        assertThat(get(page))
                .extracting(Event::offset, Event::payload)
                .containsExactly(tuple(2L, new Said("text 0")), tuple(3L, new Said("text 1")));
    }

    @Test
    void should_give_no_more_than_a_page_at_a_time() {
        get(streams.appendAll(PATH, texts(0)));
        get(streams.appendAll(PATH, texts(500)));
        CompletableFuture<List<Event>> page = new CompletableFuture<>();
        Recorder reader = Recorder.silent()
                .whenCaughtUp((state, effects) ->
                        Effects.done(effects.read(ReadRange.after(0)).thenAccept(page::complete)));

        startLive(reader);

        assertThat(get(page))
                .hasSize(Effects.PAGE)
                .last()
                .extracting(Event::offset)
                .isEqualTo((long) Effects.PAGE);
    }

    private static List<EventInput> texts(int from) {
        return IntStream.range(from, from + 500)
                .mapToObj(i -> EventInput.of(new Said("text " + i)))
                .toList();
    }

    @Test
    void should_ask_again_when_a_read_of_an_effect_fails() {
        CompletableFuture<List<Event>> page = new CompletableFuture<>();
        Recorder reader = Recorder.silent()
                .onSaid((state, event, effects) ->
                        Effects.done(effects.read(ReadRange.after(1)).thenAccept(page::complete)));
        ProcessorRunner<List<String>> runner = startLive(reader);

        network.loseReads(2);
        say("hello");
        passUntil(Duration.ofSeconds(1), page::isDone);
        runner.awaitIdle(LIMIT);

        assertThat(get(page)).hasSize(1);
        assertThat(logOf("millrace/effect-failed")).isEmpty();
    }

    @Test
    void should_refuse_reads_of_an_attempt_that_was_cancelled() {
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        Recorder reader = Recorder.silent().onSaid((state, event, effects) -> {
            effects.launch("read", because(event.offset()), attempt -> {
                attempt.cancel();
                return attempt.read(ReadRange.all()).handle((events, failure) -> refusal.complete(failure));
            });
            return Effects.none();
        });
        startLive(reader);

        say("hello");

        assertThat(get(refusal)).hasRootCauseInstanceOf(CancellationException.class);
    }
}
