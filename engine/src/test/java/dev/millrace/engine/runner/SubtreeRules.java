package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of a subtree runner, for streams with and without subtree subscriptions. */
abstract class SubtreeRules extends RunnerRules {
    static final StreamPath TOP = StreamPath.of("/agents");
    static final StreamPath A = StreamPath.of("/agents/a");
    static final StreamPath B = StreamPath.of("/agents/b");

    final Scribe scribe = new Scribe();
    private final List<SubtreeRunner<?>> runners = new ArrayList<>();

    /** The streams of the runners under test. */
    abstract EventStreams offered();

    @AfterEach
    void stopSubtrees() {
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
    }

    <S> ProcessorRunner.Builder<S> configured(Processor<S> processor) {
        return ProcessorRunner.builder(offered(), processor).stream(TOP).timers(timers);
    }

    <S> SubtreeRunner<S> begin(SubtreeRunner.Builder<S> builder) {
        SubtreeRunner<S> runner = builder.start();
        runners.add(runner);
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);
        return runner;
    }

    SubtreeRunner<Integer> begin() {
        return begin(configured(scribe).subtree());
    }

    void awaitActed(int count) {
        eventually(() -> scribe.acted().size() >= count);
    }

    @Test
    void should_be_idle_while_an_attempt_waits_for_its_time() {
        AtomicBoolean rang = new AtomicBoolean();
        CompletableFuture<Void> released = new CompletableFuture<>();
        Scribe arming = new Scribe((event, effects) -> {
            effects.after(Duration.ofMinutes(5), "ring", Effects.because(event.offset()), attempt -> {
                rang.set(true);
                return released.thenCompose(done -> attempt.append(new Echoed("ring")));
            });
            return Effects.none();
        });
        SubtreeRunner<Integer> runner = begin(configured(arming).subtree());
        say(A, "arm");
        eventually(() -> arming.acted().size() == 1);

        runner.awaitIdle(LIMIT);
        assertThat(rang).isFalse();
        pass(Duration.ofMinutes(6));

        eventually(rang::get);
        assertThatThrownBy(() -> runner.awaitIdle(Duration.ofMillis(20))).hasMessageContaining("timed out");
        released.complete(null);
        runner.awaitIdle(LIMIT);
        assertThat(log(A)).last().extracting(Event::type).isEqualTo("echoed");
    }

    @Test
    void should_fold_what_was_there_on_every_stream_and_act_on_what_comes() {
        say(A, "old");
        say(B.resolve("./deep/down"), "old");
        SubtreeRunner<Integer> runner = begin();
        assertThat(scribe.calls)
                .contains("/agents caught up 0", "/agents/a caught up 1", "/agents/b/deep/down caught up 1");
        assertThat(scribe.acted()).isEmpty();

        say(A, "new");
        say(B.resolve("./deep/down"), "new");
        say(TOP, "top");

        awaitActed(3);
        assertThat(scribe.acted())
                .containsExactlyInAnyOrder(
                        "/agents/a said new 2", "/agents/b/deep/down said new 2", "/agents said top 1");
        assertThat(runner.streams())
                .extracting(StreamPath::value)
                .containsExactly("/agents", "/agents/a", "/agents/b", "/agents/b/deep", "/agents/b/deep/down");
    }

    @Test
    void should_act_on_the_first_events_of_a_new_stream_although_it_acts_on_live_ones_only() {
        begin(configured(scribe).effectsFrom(EffectStartPolicy.LIVE).subtree());

        get(streams.appendAll(
                A,
                IntStream.range(0, 5)
                        .mapToObj(i -> EventInput.of(new Recorder.Talk.Said("first " + i)))
                        .toList()));

        awaitActed(5);
        assertThat(scribe.acted())
                .containsExactlyElementsOf(IntStream.range(0, 5)
                        .mapToObj(i -> "/agents/a said first " + i + " " + (i + 1))
                        .toList());
    }

    @Test
    void should_ignore_streams_outside_the_subtree_and_excluded_streams() {
        say(B, "old");
        SubtreeRunner<Integer> runner =
                begin(configured(scribe).subtree().only(path -> path.equals(A) || path.isBelow(A)));

        say(B, "not wanted");
        say(StreamPath.of("/agents-beside"), "beside");
        say(TOP, "not wanted");
        say(A.resolve("./x"), "wanted");

        awaitActed(1);
        assertThat(scribe.acted()).containsExactly("/agents/a/x said wanted 1");
        assertThat(runner.streams()).extracting(StreamPath::value).containsExactly("/agents/a", "/agents/a/x");
    }

    @Test
    void should_stop_idle_streams_and_continue_them_later() {
        SubtreeRunner<Integer> runner = begin(configured(scribe).subtree().maxActive(1));
        for (int round = 1; round <= 3; round++) {
            for (StreamPath path : List.of(A, B, TOP)) {
                say(path, "round " + round);
            }
        }

        awaitActed(9);
        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted())
                .containsSubsequence("/agents/a said round 1 1", "/agents/a said round 2 2", "/agents/a said round 3 3")
                .containsSubsequence("/agents/b said round 1 1", "/agents/b said round 2 2", "/agents/b said round 3 3")
                .hasSize(9);
        assertThat(runner.status().active()).isEqualTo(1);
        assertThat(runner.status().streams()).isEqualTo(3);
        assertThat(runner.status(A).orElseThrow().phase()).isEqualTo(Phase.LIVE);
        assertThat(runner.status(A).orElseThrow().acknowledgedThrough()).isEqualTo(4);
    }

    @Test
    void should_keep_a_stream_with_an_unfinished_effect_and_still_serve_the_others() {
        CompletableFuture<Void> stuck = new CompletableFuture<>();
        Scribe slow = new Scribe((event, effects) -> event.path().equals(A) ? stuck : Effects.none());
        SubtreeRunner<Integer> runner = begin(configured(slow).subtree().maxActive(2));
        for (int i = 0; i < 200; i++) {
            say(A, "stuck " + i);
        }

        for (int i = 0; i < 20; i++) {
            say(StreamPath.of("/agents/other-" + i), "hello");
        }

        eventually(() ->
                slow.acted().stream().filter(call -> call.contains("hello")).count() == 20);
        assertThat(slow.acted()).filteredOn(call -> call.contains("stuck")).hasSize(1);
        stuck.complete(null);
        eventually(() -> slow.acted().size() == 220);
        runner.awaitIdle(LIMIT);
    }

    @Test
    void should_halt_on_one_stream_and_go_on_with_the_others() {
        SubtreeRunner<Integer> runner = begin(configured(scribe).subtree().maxActive(2));

        say(A, "poison");
        say(A, "after");
        say(B, "fine");

        awaitActed(1);
        eventually(() -> runner.status().halted() == 1);
        assertThat(scribe.acted()).containsExactly("/agents/b said fine 1");
        assertThat(runner.status(A).orElseThrow().phase()).isEqualTo(Phase.HALTED);
        assertThat(runner.status(A).orElseThrow().failure().orElseThrow()).contains("cannot fold poison");
        assertThat(log(A))
                .filteredOn(event -> BuiltInType.PROCESSOR_HALTED.matches(event.type()))
                .hasSize(1);
        assertThat(runner.status().active()).isLessThanOrEqualTo(2);
    }

    @Test
    void should_try_again_when_a_stream_could_not_begin() {
        AtomicBoolean isBroken = new AtomicBoolean(true);
        say(A, "old");
        SubtreeRunner<Integer> runner =
                begin(configured(new Stubborn(scribe, isBroken)).subtree().maxActive(1));
        assertThat(runner.status(A).orElseThrow().failure().orElseThrow()).contains("could not start on /agents/a");

        isBroken.set(false);
        say(A, "new");
        say(B, "new");

        awaitActed(2);
        assertThat(scribe.acted()).containsExactlyInAnyOrder("/agents/a said new 2", "/agents/b said new 1");
    }

    /** A processor whose {@code initialState} throws while it is broken. */
    private record Stubborn(Scribe scribe, AtomicBoolean isBroken) implements Processor<Integer> {
        @Override
        public String slug() {
            return scribe.slug();
        }

        @Override
        public EventCatalog events() {
            return scribe.events();
        }

        @Override
        public Integer initialState() {
            if (isBroken.get()) {
                throw new IllegalStateException("no state");
            }
            return scribe.initialState();
        }

        @Override
        public Integer reduce(Integer state, Event event) {
            return scribe.reduce(state, event);
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
            return scribe.afterAppend(state, event, effects);
        }
    }

    @Test
    void should_start_again_on_the_next_incarnation_of_a_stream() {
        SubtreeRunner<Integer> runner = begin();
        say(A, "poison");
        say(B, "one");
        say(B, "two");
        awaitActed(2);
        eventually(() -> runner.status().halted() == 1);

        get(streams.destroy(A, false));
        get(streams.destroy(B, false));
        eventually(() -> runner.streams().size() == 1);
        say(A, "again");
        say(B, "again");

        awaitActed(4);
        assertThat(scribe.acted().subList(2, 4))
                .containsExactlyInAnyOrder("/agents/a said again 1", "/agents/b said again 1");
    }

    @Test
    void should_append_once_for_each_event_under_its_derived_key() {
        Scribe echoing = new Scribe((event, effects) -> Effects.done(effects.append(new Echoed("echo"))));
        SubtreeRunner<Integer> runner = begin(configured(echoing).subtree().maxActive(1));
        for (int i = 0; i < 10; i++) {
            say(A, "a " + i);
            say(B, "b " + i);
        }
        eventually(() -> echoing.acted().size() == 20);
        runner.awaitIdle(LIMIT);

        for (StreamPath path : List.of(A, B)) {
            assertThat(log(path))
                    .filteredOn(event -> event.type().equals("echoed"))
                    .hasSize(10);
        }
    }

    @Test
    void should_keep_a_stream_whose_attempt_waits_for_its_time() {
        Scribe later = new Scribe((event, effects) -> {
            effects.after(
                    Duration.ofMinutes(1),
                    "later",
                    new CausingOffset(event.offset()),
                    attempt -> attempt.append(new Echoed("later")));
            return Effects.none();
        });
        begin(configured(later).subtree().maxActive(2));
        say(A, "wait");
        eventually(() -> later.acted().size() == 1);
        for (int i = 0; i < 5; i++) {
            say(StreamPath.of("/agents/other-" + i), "pass");
        }
        eventually(() -> later.acted().size() >= 2);

        passUntil(
                Duration.ofMinutes(1),
                () -> log(A).stream().anyMatch(event -> event.type().equals("echoed")));
    }

    @Test
    void should_continue_after_an_earlier_run_and_act_on_streams_created_since() {
        ProgressStore progress = ProgressStore.inMemory();
        say(A, "before the first");
        begin(configured(scribe).progress(progress).subtree()).stop(LIMIT);
        say(A, "between");
        say(B, "between");

        begin(configured(scribe).progress(progress).subtree());

        awaitActed(2);
        assertThat(scribe.acted()).containsExactlyInAnyOrder("/agents/a said between 2", "/agents/b said between 1");
    }

    @Test
    void should_stop_within_its_deadline_and_act_on_nothing_more() {
        Scribe never = new Scribe((event, effects) -> new CompletableFuture<>());
        SubtreeRunner<Integer> runner = begin(configured(never).subtree());
        say(A, "one");
        say(B, "one");
        eventually(() -> never.acted().size() == 2);

        runner.stop(Duration.ofMillis(50));

        say(A, "two");
        say(StreamPath.of("/agents/late"), "late");
        assertThat(runner.ended()).isCompleted();
        assertThat(runner.status().phase()).isEqualTo(Phase.STOPPED);
        assertThat(runner.status(A).orElseThrow().phase()).isEqualTo(Phase.STOPPED);
        assertThat(runner.status(A).orElseThrow().acknowledgedThrough()).isEqualTo(1);
        assertThat(never.acted()).hasSize(2);
        assertThatThrownBy(() -> runner.awaitIdle(LIMIT)).hasMessageContaining("was stopped");
    }

    @Test
    void should_serve_many_streams_with_few_places() {
        for (int i = 0; i < 30; i++) {
            say(StreamPath.of("/agents/old-" + i), "old");
        }
        SubtreeRunner<Integer> runner = begin(configured(scribe).subtree().maxActive(8));
        assertThat(scribe.calls)
                .filteredOn(call -> call.contains(" caught up 1"))
                .hasSize(30);

        for (int i = 0; i < 30; i++) {
            say(StreamPath.of("/agents/old-" + i), "new");
            say(StreamPath.of("/agents/new-" + i), "new");
        }

        awaitActed(60);
        runner.awaitIdle(LIMIT);
        assertThat(scribe.acted()).hasSize(60).doesNotHaveDuplicates();
        assertThat(runner.status().active()).isLessThanOrEqualTo(8);
        assertThat(runner.status().streams()).isEqualTo(61);
        assertThat(runner.state(TOP).or(() -> Optional.of(0))).hasValue(0);
    }
}
