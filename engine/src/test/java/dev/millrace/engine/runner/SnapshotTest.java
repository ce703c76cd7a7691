package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateFormat;
import dev.millrace.core.runner.StateSnapshot;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class SnapshotTest extends RunnerRules {
    private static final StateFormat<List<String>> TEXTS =
            StateFormat.of("texts", JsonCodec::toTree, json -> List.of(JsonCodec.fromTree(json, String[].class)));

    private final ProgressStore progress = ProgressStore.inMemory();
    private final SnapshotStore snapshots = SnapshotStore.inMemory();

    private ProcessorRunner.Builder<List<String>> withSnapshots(Recorder recorder) {
        return runner(recorder).progress(progress).snapshots(snapshots, TEXTS);
    }

    private ProcessorRunner<List<String>> startCaughtUp(ProcessorRunner.Builder<List<String>> builder) {
        ProcessorRunner<List<String>> runner = start(builder);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    private long kept() {
        return snapshots.load("recorder", PATH).map(StateSnapshot::through).orElse(0L);
    }

    /** Moves the clock until a snapshot through this offset is saved. */
    private void awaitKept(long through) {
        passUntil(Duration.ofSeconds(1), () -> kept() >= through);
    }

    // ---- what is saved

    @Test
    void should_read_only_what_came_after_the_last_stop() {
        sayMany(20);
        startCaughtUp(withSnapshots(Recorder.silent())).close();
        assertThat(kept()).isEqualTo(21);
        long first = say("new");
        long last = say("newer");
        long before = network.deliveries();
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(recorder));
        runner.awaitProcessed(last, LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(network.deliveries() - before).isEqualTo(2);
        assertThat(recorder.reduced).containsExactly(first, last);
        assertThat(runner.state()).hasSize(22).endsWith("text 19", "new", "newer");
        assertThat(recorder.calls)
                .containsExactlyInAnyOrder("said new 21", "said newer 22", "caught up 22")
                .startsWith("said new 21");
    }

    @Test
    void should_begin_with_nothing_to_read_at_the_head() {
        sayMany(3);
        startCaughtUp(withSnapshots(Recorder.silent())).close();
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(recorder));
        runner.awaitIdle(LIMIT);

        assertThat(recorder.reduced).isEmpty();
        assertThat(recorder.calls).containsExactly("caught up 3");
        assertThat(runner.status().acknowledgedThrough()).isEqualTo(4);
        assertThat(runner.status().reducedThrough()).isEqualTo(4);
        runner.awaitProcessed(say("on"), LIMIT);
        assertThat(runner.state()).hasSize(4);
    }

    @Test
    void should_keep_one_when_nothing_comes_for_a_second_and_not_a_new_one_for_nothing() {
        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(Recorder.silent()));
        runner.awaitProcessed(sayMany(3), LIMIT);

        awaitKept(4);
        passUntil(Duration.ofSeconds(1), () -> timers.pending() == 0);

        assertThat(kept()).isEqualTo(4);
    }

    @Test
    void should_not_save_a_state_beyond_a_pending_effect() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> go);
        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(recorder));
        long last = sayMany(3);
        runner.awaitReduced(last, LIMIT);
        for (int second = 0; second < 5; second++) {
            pass(Duration.ofSeconds(1));
        }
        runner.stop(Duration.ZERO);
        assertThat(kept()).isLessThan(2);

        go.complete(null);
    }

    // ---- what snapshots must not change

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "live, done",
        "live, owed",
        "acknowledged, done",
        "acknowledged, owed",
        "beginning, done",
        "beginning, owed",
        "after 3, done",
        "after 3, owed",
        "after 9, done",
        "after 9, owed",
        "acknowledged or after 3, done",
        "acknowledged or after 3, owed"
    })
    void should_fire_the_same_effects_with_a_snapshot_as_without(String policy, String end) {
        List<String> without = storyOf(policy, end, StreamPath.of("/without"), Optional.empty());
        List<String> with = storyOf(policy, end, StreamPath.of("/with"), Optional.of(SnapshotStore.inMemory()));

        assertThat(with).isEqualTo(without);
    }

    /** The calls of a second run, after a first one that stopped normally or left effects unfinished. */
    private List<String> storyOf(String policy, String end, StreamPath path, Optional<SnapshotStore> store) {
        EffectStartPolicy effectsFrom = Objects.requireNonNull(policies().get(policy));
        Recorder first = Recorder.silent()
                .onSaid((state, event, effects) ->
                        event.payload() instanceof Said said && said.text().equals("hang")
                                ? new CompletableFuture<>()
                                : Effects.done(effects.append(new Echoed("echo"))));
        say(path, "one");
        say(path, "two");
        ProcessorRunner<List<String>> before = start(at(path, first, effectsFrom, store));
        before.awaitCaughtUp(LIMIT);
        say(path, "three");
        before.awaitProcessed(say(path, "four"), LIMIT);
        before.awaitIdle(LIMIT);
        store.ifPresent(kept -> passUntil(
                Duration.ofSeconds(1), () -> kept.load("recorder", path).isPresent()));
        if (end.equals("owed")) {
            say(path, "hang");
            before.awaitReduced(say(path, "behind it"), LIMIT);
        }
        before.stop(Duration.ZERO);
        say(path, "meanwhile");

        Recorder second = Recorder.silent();
        ProcessorRunner<List<String>> after = start(at(path, second, effectsFrom, store));
        after.awaitCaughtUp(LIMIT);
        after.awaitIdle(LIMIT);
        after.awaitProcessed(say(path, "afterwards"), LIMIT);
        List<String> story = new ArrayList<>(second.calls);
        story.add("state " + after.state());
        assertThat(second.reduced.contains(1L)).as("folded from the beginning").isEqualTo(store.isEmpty());
        return story;
    }

    private static Map<String, EffectStartPolicy> policies() {
        return Map.of(
                "live",
                EffectStartPolicy.LIVE,
                "acknowledged",
                EffectStartPolicy.ACKNOWLEDGED,
                "beginning",
                EffectStartPolicy.BEGINNING,
                "after 3",
                EffectStartPolicy.after(3),
                "after 9",
                EffectStartPolicy.after(9),
                "acknowledged or after 3",
                EffectStartPolicy.acknowledgedOrAfter(3));
    }

    private ProcessorRunner.Builder<List<String>> at(
            StreamPath path, Recorder recorder, EffectStartPolicy policy, Optional<SnapshotStore> store) {
        ProcessorRunner.Builder<List<String>> builder =
                runner(recorder).stream(path).progress(progress).effectsFrom(policy);
        return store.map(kept -> builder.snapshots(kept, TEXTS)).orElse(builder);
    }

    @Test
    void should_find_a_cause_that_is_before_its_snapshot() {
        Provenance deep = new Provenance("other", 1, PATH, 1, 5, 2);
        EventInput told = EventInput.builder()
                .from(EventInput.of(new Said("deep")))
                .metadata(deep.asMetadata(Optional.empty()))
                .build();
        long offset = get(streams.append(PATH, told)).offset();
        startCaughtUp(withSnapshots(Recorder.silent())).close();
        Recorder recorder = Recorder.silent()
                .whenCaughtUp((state, effects) -> Effects.done(
                        effects.append(EventDraft.of(new Echoed("late")).because(offset))));

        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(recorder));
        runner.awaitIdle(LIMIT);

        assertThat(recorder.reduced).doesNotContain(offset);
        Provenance late = logOf("echoed").get(0).provenance().orElseThrow();
        assertThat(late.sourceOffset()).isEqualTo(offset);
        assertThat(late.depth()).isEqualTo(6);
        assertThat(late.hops()).isEqualTo(2);
    }

    // ---- snapshots that do not fit

    @ParameterizedTest
    @ValueSource(strings = {"version", "schema", "incarnation", "no incarnation", "beyond", "state", "empty", "owed"})
    void should_fold_anew_when_the_snapshot_does_not_fit(String what) {
        sayMany(5);
        startCaughtUp(withSnapshots(Recorder.silent())).close();
        StateSnapshot good = snapshots.load("recorder", PATH).orElseThrow();
        snapshots.save(spoilt(what).apply(good));
        long owed = say("owed");
        Recorder recorder = Recorder.silent();

        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(recorder));
        runner.awaitIdle(LIMIT);

        assertThat(recorder.reduced).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, owed);
        assertThat(runner.state()).containsExactly("text 0", "text 1", "text 2", "text 3", "text 4", "owed");
        assertThat(recorder.calls).containsExactlyInAnyOrder("said owed 6", "caught up 6");
        runner.close();
        assertThat(snapshots.load("recorder", PATH).orElseThrow().schema()).isEqualTo("texts");
        assertThat(kept()).isEqualTo(owed);
    }

    private static UnaryOperator<StateSnapshot> spoilt(String what) {
        return good -> new StateSnapshot(
                good.slug(),
                good.path(),
                what.equals("incarnation") ? "another life" : what.equals("no incarnation") ? "" : good.incarnation(),
                what.equals("version") ? 2 : good.version(),
                what.equals("schema") ? "other texts" : good.schema(),
                what.equals("beyond") ? 1000 : what.equals("empty") ? 0 : what.equals("owed") ? 7 : good.through(),
                what.equals("state") ? IntNode.valueOf(1) : good.state());
    }

    @Test
    void should_fold_anew_when_the_snapshots_cannot_be_loaded_or_saved() {
        sayMany(2);
        SnapshotStore broken = new SnapshotStore() {
            @Override
            public Optional<StateSnapshot> load(String slug, StreamPath path) {
                throw new IllegalStateException("the disk is gone");
            }

            @Override
            public void save(StateSnapshot snapshot) {
                throw new IllegalStateException("the disk is gone");
            }
        };
        ProcessorRunner<List<String>> runner =
                startCaughtUp(runner(Recorder.silent()).progress(progress).snapshots(broken, TEXTS));

        runner.awaitProcessed(say("on"), LIMIT);
        runner.close();

        assertThat(runner.state()).hasSize(3);
        assertThat(progress.load("recorder", PATH).orElseThrow().acknowledgedThrough())
                .isEqualTo(4);
    }

    @Test
    void should_not_use_the_state_of_another_incarnation() {
        sayMany(5);
        ProcessorRunner<List<String>> runner = startCaughtUp(withSnapshots(Recorder.silent()));
        awaitKept(6);
        String firstLife = snapshots.load("recorder", PATH).orElseThrow().incarnation();

        get(streams.destroy(PATH, false));
        say("second life");
        passUntil(Duration.ofSeconds(1), () -> runner.state().equals(List.of("second life")));
        runner.awaitIdle(LIMIT);
        runner.close();
        Recorder recorder = Recorder.silent();
        ProcessorRunner<List<String>> next = startCaughtUp(withSnapshots(recorder));

        assertThat(snapshots.load("recorder", PATH).orElseThrow().incarnation()).isNotEqualTo(firstLife);
        assertThat(recorder.reduced).isEmpty();
        assertThat(next.state()).containsExactly("second life");
        next.close();
        get(streams.destroy(PATH, false));
        sayMany(10);
        Recorder third = Recorder.silent();
        assertThat(startCaughtUp(withSnapshots(third)).state()).hasSize(10).startsWith("text 0");
        assertThat(third.reduced).hasSize(11);
    }

    @Test
    void should_keep_none_of_a_state_that_does_not_come_back() {
        StateFormat<List<String>> lossy = StateFormat.of("lossy", JsonCodec::toTree, json -> List.of("something else"));
        sayMany(3);

        startCaughtUp(runner(Recorder.silent()).progress(progress).snapshots(snapshots, lossy))
                .close();

        assertThat(kept()).isZero();
    }

    @Test
    void should_refuse_to_pass_over_the_last_event() {
        assertThatIllegalStateException()
                .isThrownBy(() -> withSnapshots(Recorder.silent())
                        .until(event -> event.type().equals("end"))
                        .start())
                .withMessageContaining("until(…)")
                .withMessageContaining("'recorder' on /agents/1");
    }

    // ---- how many events are not read again

    @Test
    void should_open_a_long_stream_by_its_tail() {
        List<EventInput> page = Collections.nCopies(500, EventInput.of(new Said("x")));
        for (int i = 0; i < 100; i++) {
            get(streams.appendAll(PATH, page));
        }
        Answerer first = new Answerer();
        ProcessorRunner<Answerer.Debt> before =
                start(runner(first).progress(progress).snapshots(snapshots, Answerer.Debt.class));
        before.awaitIdle(LIMIT);
        before.close();
        assertThat(first.reduced).hasSizeGreaterThan(50_000);
        say("new");
        long already = network.deliveries();
        Answerer second = new Answerer();

        ProcessorRunner<Answerer.Debt> after =
                start(runner(second).progress(progress).snapshots(snapshots, Answerer.Debt.class));
        after.awaitIdle(LIMIT);

        assertThat(network.deliveries() - already).isLessThan(5);
        assertThat(after.state().said()).isEqualTo(50_001);
        assertThat(second.decisions).hasValue(1);
    }
}
