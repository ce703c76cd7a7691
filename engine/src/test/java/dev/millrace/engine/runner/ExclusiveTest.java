package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExclusiveTest extends RunnerRules {
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final StreamPath LEASES = Fence.leases("recorder", PATH);

    private final ProgressStore shared = ProgressStore.inMemory();

    /** One of several processes, with its own clock, which moves only when the test moves it. */
    private final class Station {
        final VirtualTimers clock = new VirtualTimers();
        final List<BackgroundTask<?>> attempts = new CopyOnWriteArrayList<>();
        final ProcessorRunner<List<String>> runner;

        Station(Duration skew) {
            clock.set(clock.now().plus(skew));
            Recorder echo = Recorder.silent().onSaid((state, event, effects) -> {
                effects.launch("wait", because(event.offset()), attempt -> {
                    attempts.add(attempt);
                    return new CompletableFuture<Void>();
                });
                return Effects.done(effects.append(new Echoed(state.get(state.size() - 1))));
            });
            runner = start(runner(echo).timers(clock).progress(shared).exclusive(LEASE));
            runner.awaitCaughtUp(LIMIT);
        }

        void awaitPhase(Phase phase) {
            eventually(() -> runner.status().phase() == phase);
        }

        /** Moves the clock in steps; after each step the due tasks finish. */
        void live(Duration time) {
            for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusSeconds(1)) {
                pass(clock, Duration.ofSeconds(1));
            }
        }
    }

    private List<String> echoes() {
        return logOf("echoed").stream()
                .map(event -> event.payloadJson().path("text").textValue())
                .toList();
    }

    private void awaitEchoes(String... texts) {
        eventually(() -> echoes().equals(List.of(texts)));
    }

    private List<Event> leases(String type) {
        return log(LEASES).stream()
                .filter(event -> event.type().equals("millrace/lease-" + type))
                .toList();
    }

    private Station owner(Duration skew) {
        Station process = new Station(skew);
        process.awaitPhase(Phase.LIVE);
        return process;
    }

    @Test
    void should_let_one_act_and_the_other_fold() {
        Station owner = owner(Duration.ZERO);
        Station other = new Station(Duration.ZERO);

        other.runner.awaitReduced(say("hi"), LIMIT);
        awaitEchoes("hi");

        assertThat(other.runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(other.runner.state()).containsExactly("hi");
        assertThat(other.attempts).isEmpty();
        assertThat(owner.runner.status().phase()).isEqualTo(Phase.LIVE);
        assertThat(logOf("echoed").get(0).metadata().flatMap(Fence::of)).contains(new Fence("recorder", PATH, 1));
    }

    @Test
    void should_hand_over_at_once_when_the_holder_stops() {
        Station owner = owner(Duration.ZERO);
        Station other = new Station(Duration.ZERO);
        say("one");
        awaitEchoes("one");

        owner.runner.stop(Duration.ofSeconds(1));
        other.awaitPhase(Phase.LIVE);
        say("two");

        awaitEchoes("one", "two");
        assertThat(leases("released")).hasSize(1);
        assertThat(leases("claimed")).hasSize(2);
    }

    @Test
    void should_take_over_within_the_lease_when_the_holder_falls_silent_whatever_the_clocks_say() {
        Station frozen = owner(Duration.ofDays(400));
        Station other = new Station(Duration.ofDays(-400));
        eventually(() -> other.clock.pending() > 0);

        pass(other.clock, LEASE);
        other.awaitPhase(Phase.LIVE);
        say("hi");
        awaitEchoes("hi");

        assertThat(logOf("echoed").get(0).metadata().flatMap(Fence::of)).contains(new Fence("recorder", PATH, 2));
        frozen.awaitPhase(Phase.STANDBY);
    }

    @Test
    void should_record_no_malformed_payload_and_no_halt_in_standby() {
        owner(Duration.ZERO);
        Station other = new Station(Duration.ZERO);
        get(streams.append(
                PATH,
                EventInput.builder()
                        .type("said")
                        .payload(JsonCodec.parse("{\"text\":[]}"))
                        .build()));
        other.runner.awaitReduced(say("hi"), LIMIT);
        awaitEchoes("hi");
        assertThat(logOf("millrace/payload-malformed"))
                .hasSize(1)
                .allSatisfy(record ->
                        assertThat(record.metadata().flatMap(Fence::of)).contains(new Fence("recorder", PATH, 1)));
    }

    @Test
    void should_keep_the_lease_for_as_long_as_it_renews() {
        Station owner = owner(Duration.ZERO);
        for (int renewals = 1; renewals <= 5; renewals++) {
            int expected = renewals;
            pass(owner.clock, LEASE.dividedBy(3));
            eventually(() -> leases("renewed").size() >= expected);
        }

        assertThat(owner.runner.status().phase()).isEqualTo(Phase.LIVE);
        assertThat(leases("claimed")).hasSize(1);
    }

    @Test
    void should_refuse_appends_of_a_holder_that_slept_longer_than_its_lease() throws Exception {
        Station sleeper = owner(Duration.ZERO);
        say("hi");
        eventually(() -> sleeper.attempts.size() == 1);
        BackgroundTask<?> asleep = sleeper.attempts.get(0);
        Fence old = new Fence("recorder", PATH, 1);
        EventInput late = EventInput.builder()
                .type("late")
                .metadata(old.asMetadata(Optional.empty()))
                .build();
        get(streams.append(PATH, late));

        get(streams.append(LEASES, claim("other-process", 2)));

        assertThatThrownBy(() -> streams.append(PATH, late).get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StreamException.class)
                .hasMessageContaining("it is fenced: lease 1 of 'recorder' on /agents/1 is not held");
        eventually(asleep::isCancelled);
        sleeper.awaitPhase(Phase.STANDBY);
        assertThat(logOf("late")).hasSize(1);
    }

    @Test
    void should_give_up_the_lease_when_it_cannot_be_renewed() {
        Station owner = owner(Duration.ZERO);
        say("hi");
        eventually(() -> owner.attempts.size() == 1);
        get(streams.append(LEASES, EventInput.ofType("https://events.iterate.com/events/stream/paused")));

        owner.live(LEASE.plusSeconds(1));
        owner.awaitPhase(Phase.STANDBY);

        assertThat(owner.attempts.get(0).isCancelled()).isTrue();
    }

    @Test
    void should_go_on_where_the_last_holder_was_without_repeating_or_losing() {
        Station first = owner(Duration.ZERO);
        say("one");
        say("two");
        awaitEchoes("one", "two");
        first.runner.stop(Duration.ofSeconds(5));
        say("three");

        owner(Duration.ZERO);

        awaitEchoes("one", "two", "three");
    }

    @Test
    void should_hold_nothing_any_more_when_the_leases_are_destroyed_and_claim_the_first_one_again() {
        Station owner = owner(Duration.ZERO);
        say("hi");
        eventually(() -> owner.attempts.size() == 1);

        get(streams.destroy(LEASES, false));
        passUntil(
                owner.clock,
                Duration.ofMillis(100),
                () -> owner.attempts.get(0).isCancelled()
                        && leases("claimed").size() == 1
                        && owner.runner.status().phase() == Phase.LIVE);

        assertThat(leases("claimed"))
                .singleElement()
                .satisfies(claim ->
                        assertThat(claim.payloadJson().path("epoch").intValue()).isEqualTo(1));
    }

    @Test
    void should_run_no_pending_effect_after_it_has_released_the_lease() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            CompletableFuture<Void> slow = new CompletableFuture<>();
            Recorder recorder =
                    Recorder.silent().onSaid((state, event, effects) -> state.size() == 1 ? slow : Effects.none());
            ProcessorRunner<List<String>> runner =
                    start(runner(recorder).executor(thread).progress(shared).exclusive(LEASE));
            eventually(() -> runner.status().phase() == Phase.LIVE);
            long first = say("one");
            eventually(() -> recorder.acted.equals(List.of(first)));
            say("two");
            say("poison");

            assertThat(get(runner.ended()).phase()).isEqualTo(Phase.HALTED);
            eventually(() -> !leases("released").isEmpty());
            slow.complete(null);
            thread.submit(() -> {}).get(30, TimeUnit.SECONDS); // work that the event caused has finished before this

            assertThat(recorder.acted).containsExactly(first);
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void should_release_the_lease_although_its_executor_is_shut_down() {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ProgressStore.Durable progress = ProgressStore.inStream(streams, StreamPath.of("/progress"))) {
            ProcessorRunner<List<String>> runner = start(runner(Recorder.silent())
                    .executor(threads)
                    .progress(progress)
                    .exclusive(LEASE));
            eventually(() -> runner.status().phase() == Phase.LIVE);
            runner.awaitIdle(LIMIT);
            threads.shutdown();

            runner.stop(LIMIT);

            assertThat(get(runner.ended()).phase()).isEqualTo(Phase.STOPPED);
            assertThat(leases("released")).hasSize(1);
        }
    }

    @Test
    void should_ask_again_how_far_the_last_one_came_when_that_cannot_be_read() {
        AtomicInteger reads = new AtomicInteger();
        ProgressStore unreachable = new ProgressStore() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                if (reads.incrementAndGet() < 3) {
                    throw new StreamException(StreamException.Code.UNAVAILABLE, path, "not now");
                }
                return shared.load(slug, path);
            }

            @Override
            public void save(Progress progress) {
                shared.save(progress);
            }
        };
        ProcessorRunner<List<String>> runner =
                start(runner(Recorder.silent()).progress(unreachable).exclusive(LEASE));

        passUntil(Duration.ofMillis(100), () -> runner.status().phase() == Phase.LIVE);

        assertThat(reads).hasValue(3);
        assertThat(leases("claimed")).hasSize(1);
    }

    @Test
    void should_leave_the_lease_to_another_process_when_it_cannot_start() {
        ProgressStore broken = new ProgressStore() {
            @Override
            public Optional<Progress> load(String slug, StreamPath path) {
                throw new IllegalStateException("the disk is gone");
            }

            @Override
            public void save(Progress progress) {
                throw new IllegalStateException("the disk is gone");
            }
        };
        ProcessorRunner<List<String>> runner =
                start(runner(Recorder.silent()).progress(broken).exclusive(LEASE));

        assertThat(get(runner.ended()).phase()).isEqualTo(Phase.STOPPED);
        owner(Duration.ZERO);

        assertThat(leases("claimed")).hasSize(2);
    }

    @Test
    void should_load_the_progress_of_other_processes_between_two_of_its_leases() {
        StreamPath side = StreamPath.of("/progress");
        try (ProgressStore.Durable here = ProgressStore.inStream(streams, side);
                ProgressStore.Durable there = ProgressStore.inStream(streams, side)) {
            Recorder one = Recorder.silent();
            Recorder other = Recorder.silent();
            ProcessorRunner<List<String>> first = start(runner(one)
                    .progress(here)
                    .effectsFrom(EffectStartPolicy.BEGINNING)
                    .exclusive(LEASE));
            first.awaitProcessed(say("one"), LIMIT);
            get(streams.append(LEASES, claim("crashed-process", 2)));
            eventually(() -> first.status().phase() == Phase.STANDBY);
            get(streams.append(LEASES, release("crashed-process", 2)));
            eventually(() -> first.status().phase() == Phase.LIVE);
            ProcessorRunner<List<String>> second = start(runner(other)
                    .progress(there)
                    .effectsFrom(EffectStartPolicy.BEGINNING)
                    .exclusive(LEASE));
            second.awaitCaughtUp(LIMIT);
            first.stop(LIMIT);
            second.awaitProcessed(say("two"), LIMIT);
            assertThat(one.acted).hasSize(1);
            assertThat(other.acted).hasSize(1);

            Recorder again = Recorder.silent();
            ProcessorRunner<List<String>> third = start(runner(again)
                    .progress(here)
                    .effectsFrom(EffectStartPolicy.BEGINNING)
                    .exclusive(LEASE));
            third.awaitCaughtUp(LIMIT);
            second.stop(LIMIT);
            eventually(() -> third.status().phase() == Phase.LIVE);
            third.awaitProcessed(say("three"), LIMIT);

            assertThat(again.calls).filteredOn(call -> call.startsWith("said")).containsExactly("said three 3");
        }
    }

    @Test
    void should_give_the_reason_of_standby_when_it_may_not_claim() {
        get(streams.append(LEASES, EventInput.ofType("https://events.iterate.com/events/stream/paused")));

        Station refused = new Station(Duration.ZERO);

        eventually(() -> refused.runner.status().failure().isPresent());
        assertThat(refused.runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(refused.runner.status().failure().orElseThrow())
                .contains("the lease of 'recorder' on /agents/1 cannot be claimed")
                .contains("paused");
    }

    @Test
    void should_refuse_a_lease_that_is_too_short_to_be_kept() {
        assertThatThrownBy(() -> runner(Recorder.silent()).exclusive(Duration.ofMillis(999)))
                .hasMessage("a lease must be 1 s or longer, got PT0.999S");
    }

    private static EventInput release(String holder, int epoch) {
        return EventInput.builder()
                .from(claim(holder, epoch))
                .type("millrace/lease-released")
                .idempotencyKey(Fence.claimKey("recorder", epoch) + "/released")
                .build();
    }

    private static EventInput claim(String holder, int epoch) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("slug", "recorder")
                .put("holder", holder)
                .put("epoch", epoch)
                .put("lease", "PT10S");
        return EventInput.builder()
                .type("millrace/lease-claimed")
                .payload(payload)
                .idempotencyKey(Fence.claimKey("recorder", epoch))
                .metadata(Provenance.metadataOf("recorder", Optional.empty()))
                .build();
    }

    @Test
    void should_say_which_event_took_the_key_of_the_next_claim() {
        EventInput taken = EventInput.builder()
                .type("taken")
                .idempotencyKey(Fence.claimKey("recorder", 1))
                .metadata(Provenance.metadataOf("thief", Optional.empty()))
                .build();
        streams.append(LEASES, taken).join();

        ProcessorRunner<List<String>> runner = start(runner(Recorder.silent()).exclusive(LEASE));

        eventually(() -> runner.status().failure().isPresent());
        assertThat(runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(runner.status().failure().orElseThrow())
                .contains("its key 'lease/recorder/1' is taken by " + LEASES + "@2, which is taken of 'thief'");
    }
}
