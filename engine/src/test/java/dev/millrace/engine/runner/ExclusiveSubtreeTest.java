package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runners of one subtree in several processes, with one lease. */
class ExclusiveSubtreeTest extends RunnerRules {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final StreamPath TOP = StreamPath.of("/agents");
    private static final StreamPath A = StreamPath.of("/agents/a");
    private static final StreamPath B = StreamPath.of("/agents/b");

    private final ProgressStore shared = ProgressStore.inMemory();
    private final List<SubtreeRunner<?>> runners = new ArrayList<>();

    @AfterEach
    void stopSubtrees() {
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
    }

    /** One of several processes. It answers each {@code said} event; {@code hold} also keeps a background task open. */
    private final class Station {
        final VirtualTimers clock = new VirtualTimers();
        final CountingStreams counting = new CountingStreams(streams);
        final List<BackgroundTask<?>> tasks = new CopyOnWriteArrayList<>();
        final Scribe scribe = new Scribe((event, effects) -> {
            if (event.payload() instanceof Said said && said.text().equals("hold")) {
                effects.launch("hold", because(event.offset()), task -> {
                    tasks.add(task);
                    return new CompletableFuture<Void>();
                });
            }
            return Effects.done(effects.append(new Echoed("heard")));
        });
        final SubtreeRunner<Integer> runner;

        Station(StreamPath top, ProgressStore progress, UnaryOperator<SubtreeRunner.Builder<Integer>> settings) {
            runner = settings.apply(ProcessorRunner.builder(counting, scribe).stream(top)
                            .timers(clock)
                            .executor(ExclusiveSubtreeTest.this::execute)
                            .progress(progress)
                            .subtree()
                            .exclusive(LEASE))
                    .start();
            runners.add(runner);
        }

        Station() {
            this(TOP, shared, builder -> builder);
        }

        Station awaitPhase(Phase phase) {
            eventually(() -> runner.status().phase() == phase);
            return this;
        }

        void awaitActed(int count) {
            eventually(() -> scribe.acted().size() >= count);
        }
    }

    private Station holder() {
        return new Station().awaitPhase(Phase.LIVE);
    }

    private Station standby() {
        Station other = new Station();
        eventually(() -> other.clock.pending() > 0);
        assertThat(other.runner.status().phase()).isEqualTo(Phase.STANDBY);
        return other;
    }

    private List<Event> leases(StreamPath top, String type) {
        return log(Fence.leases("scribe", top)).stream()
                .filter(event -> event.type().startsWith("millrace/lease-" + type))
                .toList();
    }

    @Test
    void should_let_one_act_on_every_stream_while_the_other_reads_nothing() {
        Station owner = holder();
        Station other = standby();

        say(A, "one");
        say(B, "two");
        owner.awaitActed(2);
        eventually(() -> echoes(A).size() == 1 && echoes(B).size() == 1);

        assertThat(other.scribe.calls).isEmpty();
        assertThat(other.counting.requests).isEmpty();
        assertThat(other.runner.streams()).isEmpty();
        assertThat(other.runner.status(A)).isEmpty();
        assertThat(other.runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(echoes(B).get(0).metadata().flatMap(Fence::of)).contains(new Fence("scribe", TOP, 1));
    }

    @Test
    void should_hand_over_at_once_when_the_holder_stops_without_repeating_or_losing() {
        Station owner = holder();
        Station other = standby();
        say(A, "one");
        owner.awaitActed(1);
        owner.runner.awaitIdle(LIMIT);

        owner.runner.stop(LIMIT);
        say(B, "two");
        other.awaitPhase(Phase.LIVE).awaitActed(1);
        say(A, "three");
        other.awaitActed(2);

        assertThat(other.scribe.acted()).containsExactlyInAnyOrder("/agents/b said two 1", "/agents/a said three 2");
        assertThat(leases(TOP, "released")).hasSize(1);
        assertThat(leases(TOP, "claimed")).hasSize(2);
        assertThat(owner.runner.status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void should_take_over_after_the_lease_and_refuse_the_old_holder_on_every_stream() {
        Station sleeper = holder();
        say(A, "hold");
        say(B, "hold");
        eventually(() -> sleeper.tasks.size() == 2);
        sleeper.counting.deafen(); // its clock does not move either: it knows nothing of the end of its lease
        Station other = standby();

        pass(other.clock, LEASE);
        other.awaitPhase(Phase.LIVE);

        assertThat(sleeper.tasks).allMatch(task -> !task.isCancelled());
        EventDraft late = EventDraft.of(new Echoed("late")).named("late");
        assertThat(sleeper.tasks)
                .allSatisfy(task -> assertThatThrownBy(() -> get(task.append(late)))
                        .message() // refused by the service; from then on this process cancels what is in flight
                        .containsAnyOf("refused", "cancelled"));
        for (StreamPath below : List.of(A, B, TOP)) {
            EventInput stale = EventInput.builder()
                    .type("late")
                    .metadata(new Fence("scribe", TOP, 1).asMetadata(Optional.empty()))
                    .build();
            assertThatThrownBy(() -> get(streams.append(below, stale)))
                    .hasCauseInstanceOf(StreamException.class)
                    .hasMessageContaining("it is fenced: lease 1 of 'scribe' on /agents is not held");
        }
        eventually(() -> sleeper.tasks.stream().allMatch(BackgroundTask::isCancelled));
        sleeper.awaitPhase(Phase.STANDBY);
        say(A, "hi");
        other.awaitActed(1);
        assertThat(sleeper.scribe.acted()).hasSize(2);
        assertThat(echoes(A))
                .noneMatch(echo -> echo.payloadJson().path("text").asText().equals("late"));
        assertThat(echoes(B))
                .noneMatch(echo -> echo.payloadJson().path("text").asText().equals("late"));
    }

    @Test
    void should_stop_on_every_stream_when_the_lease_is_lost_and_start_again_with_the_next_one() {
        Station owner = holder();
        say(A, "hold");
        say(B, "hold");
        eventually(() -> owner.tasks.size() == 2);

        get(streams.append(Fence.leases("scribe", TOP), lease("claimed", 2)));
        owner.awaitPhase(Phase.STANDBY);
        eventually(() -> owner.tasks.stream().allMatch(BackgroundTask::isCancelled));
        say(A, "meanwhile");
        assertThat(owner.runner.streams()).isEmpty();
        int before = owner.scribe.calls.size();

        get(streams.append(Fence.leases("scribe", TOP), lease("released", 2)));
        owner.awaitPhase(Phase.LIVE).awaitActed(3);

        eventually(() -> {
            List<String> calls = List.copyOf(owner.scribe.calls);
            return calls.subList(before, calls.size())
                    .containsAll(List.of("/agents/b caught up 1", "/agents/a said meanwhile 2"));
        });
        eventually(() -> echoes(A).stream()
                .anyMatch(echo -> echo.metadata().flatMap(Fence::of).equals(Optional.of(new Fence("scribe", TOP, 3)))));
    }

    @Test
    void should_write_at_most_twenty_lease_events_a_minute_for_a_hundred_streams() {
        for (int i = 0; i < 100; i++) {
            say(TOP.resolve("./many-" + i), "old");
        }
        Station owner = holder();
        owner.runner.awaitCaughtUp(LIMIT);
        for (int i = 0; i < 100; i++) {
            say(TOP.resolve("./many-" + i), "new");
        }
        owner.awaitActed(100);
        int before = leases(TOP, "").size();

        for (int second = 0; second < 60; second++) {
            pass(owner.clock, Duration.ofSeconds(1));
        }
        pass(owner.clock, Duration.ZERO);

        assertThat(leases(TOP, "").size() - before).isBetween(10, 20);
        assertThat(leases(TOP, "claimed")).hasSize(1);
        assertThat(get(streams.list(StreamPath.of("/millrace/leases"))))
                .extracting(found -> found.path().value())
                .filteredOn(path -> path.startsWith("/millrace/leases/scribe"))
                .containsExactly("/millrace/leases/scribe", "/millrace/leases/scribe/agents");
        assertThat(owner.runner.status().phase()).isEqualTo(Phase.LIVE);
    }

    @Test
    void should_continue_from_the_progress_that_another_process_saved() {
        StreamPath side = StreamPath.of("/progress");
        try (ProgressStore.Durable here = ProgressStore.inStream(streams, side);
                ProgressStore.Durable there = ProgressStore.inStream(streams, side)) {
            Station first = new Station(TOP, here, builder -> builder).awaitPhase(Phase.LIVE);
            Station second = new Station(TOP, there, builder -> builder);
            say(A, "one");
            first.awaitActed(1);
            first.runner.awaitIdle(LIMIT);
            first.runner.stop(LIMIT);
            second.awaitPhase(Phase.LIVE);
            say(B, "two");
            second.awaitActed(1);
            second.runner.awaitIdle(LIMIT);

            Station third = new Station(TOP, here, builder -> builder);
            second.runner.stop(LIMIT);
            third.awaitPhase(Phase.LIVE);
            say(A, "three");
            third.awaitActed(1);

            assertThat(second.scribe.acted()).containsExactly("/agents/b said two 1");
            assertThat(third.scribe.acted()).containsExactly("/agents/a said three 2");
        }
    }

    @Test
    void should_read_the_progress_again_when_it_cannot_be_read() {
        AtomicInteger reads = new AtomicInteger();
        Station owner = new Station(
                TOP,
                failing(reads, new StreamException(StreamException.Code.UNAVAILABLE, TOP, "not now"), 3),
                builder -> builder);

        passUntil(
                owner.clock, Duration.ofMillis(100), () -> owner.runner.status().phase() == Phase.LIVE);

        assertThat(reads).hasValueGreaterThanOrEqualTo(3);
        assertThat(leases(TOP, "claimed")).hasSize(1);
    }

    @Test
    void should_leave_the_lease_to_another_process_when_it_cannot_start() {
        Station broken = new Station(
                TOP,
                failing(new AtomicInteger(), new IllegalStateException("the disk is gone"), Integer.MAX_VALUE),
                builder -> builder);

        assertThat(get(broken.runner.ended()).failure().orElseThrow()).contains("the disk is gone");
        assertThatThrownBy(() -> broken.runner.awaitIdle(LIMIT)).hasMessageContaining("the disk is gone");
        holder();

        assertThat(leases(TOP, "claimed")).hasSize(2);
    }

    private ProgressStore failing(AtomicInteger reads, RuntimeException failure, int until) {
        return new ProgressStore() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                if (reads.incrementAndGet() < until) {
                    throw failure;
                }
                return shared.load(slug, path);
            }

            @Override
            public void save(Progress progress) {
                shared.save(progress);
            }
        };
    }

    @Test
    void should_give_the_reason_of_standby_when_it_may_not_claim() {
        get(streams.append(
                Fence.leases("scribe", TOP), EventInput.ofType("https://events.iterate.com/events/stream/paused")));

        Station refused = new Station();

        eventually(() -> refused.runner.status().failure().isPresent());
        assertThat(refused.runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(refused.runner.status().failure().orElseThrow())
                .contains("the lease of 'scribe' on /agents cannot be claimed")
                .contains("paused");
    }

    @Test
    void should_not_run_on_lease_streams_when_it_runs_on_all_streams() {
        StreamPath all = StreamPath.root();
        Station owner = new Station(all, shared, builder -> builder.only(path -> true)).awaitPhase(Phase.LIVE);
        say(A, "hi");
        owner.awaitActed(1);
        owner.runner.awaitIdle(LIMIT);
        for (int renewals = 1; renewals <= 3; renewals++) {
            int expected = renewals;
            pass(owner.clock, LEASE.dividedBy(3));
            eventually(() -> leases(all, "renewed").size() >= expected);
        }

        owner.runner.awaitIdle(LIMIT);
        assertThat(leases(all, "renewed")).hasSize(3);
        assertThat(owner.runner.streams()).contains(A).noneMatch(Fence::isLeaseStream);
    }

    /** Needs a lease of its own accord. */
    private record Needy(Processor<Integer> delegate) implements ForwardingProcessor<Integer> {
        @Override
        public Optional<Duration> lease() {
            return Optional.of(LEASE);
        }
    }

    private SubtreeRunner<Integer> startNeedy(UnaryOperator<SubtreeRunner.Builder<Integer>> settings) {
        SubtreeRunner<Integer> runner = settings.apply(
                        ProcessorRunner.builder(streams, new Needy(new Scribe())).stream(TOP)
                                .timers(timers)
                                .executor(this::execute)
                                .effectsFrom(EffectStartPolicy.BEGINNING)
                                .subtree())
                .start();
        runners.add(runner);
        eventually(() -> runner.status().phase() == Phase.LIVE);
        return runner;
    }

    @Test
    void should_take_the_lease_that_the_processor_needs() {
        startNeedy(builder -> builder);

        assertThat(leases(TOP, "claimed")).hasSize(1);
    }

    @Test
    void should_take_no_lease_when_the_builder_says_so() {
        startNeedy(SubtreeRunner.Builder::withoutLease);

        assertThat(get(streams.list(StreamPath.root()))).noneMatch(found -> Fence.isLeaseStream(found.path()));
    }

    @Test
    void should_refuse_a_lease_that_is_too_short_to_be_kept() {
        assertThatThrownBy(() -> ProcessorRunner.builder(streams, new Scribe()).stream(TOP)
                        .subtree()
                        .exclusive(Duration.ofMillis(999)))
                .hasMessage("a lease must be 1 s or longer, got PT0.999S");
    }

    @Test
    void should_stay_in_standby_until_it_is_stopped() {
        holder();
        Station other = standby();

        other.runner.stop(LIMIT);

        assertThat(get(other.runner.ended()).phase()).isEqualTo(Phase.STOPPED);
        assertThat(leases(TOP, "claimed")).hasSize(1);
        assertThat(leases(TOP, "released")).isEmpty();
    }

    private List<Event> echoes(StreamPath path) {
        return log(path).stream().filter(event -> event.type().equals("echoed")).toList();
    }

    private static EventInput lease(String what, int epoch) {
        return EventInput.builder()
                .type("millrace/lease-" + what)
                .payload(JsonNodeFactory.instance
                        .objectNode()
                        .put("slug", "scribe")
                        .put("holder", "another-process")
                        .put("epoch", epoch)
                        .put("lease", LEASE.toString()))
                .idempotencyKey(Fence.claimKey("scribe", epoch) + (what.equals("released") ? "/released" : ""))
                .metadata(Provenance.metadataOf("scribe", Optional.empty()))
                .build();
    }
}
