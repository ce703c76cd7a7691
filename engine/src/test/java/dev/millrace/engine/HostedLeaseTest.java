package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.internal.hosting.ProcessorHost;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hosted processors that need a lease. */
class HostedLeaseTest {
    @EventName("said")
    record Said(String text) {}

    @EventName("echoed")
    record Echoed(String text, String lease) {}

    /** Answers each {@code said} event with its name and its lease. */
    record Echo(String slug, String name) implements Processor<Integer> {
        @Override
        public Optional<Duration> lease() {
            return Optional.of(LEASE);
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Said.class);
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            return event.payload() instanceof Said ? count + 1 : count;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            return event.payload() instanceof Said said
                    ? Effects.done(effects.append(new Echoed(
                            name + " " + said.text(),
                            effects.lease().orElseThrow().path().value())))
                    : Effects.none();
        }
    }

    private record EchoProvider(String name, boolean everywhere) implements ProcessorProvider {
        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            return new Echo(name, "hosted");
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofSeconds(3);
    private static final StreamPath TOP = StreamPath.of("/agents");
    private static final StreamPath ONE = StreamPath.of("/agents/1");
    private static final StreamPath TWO = StreamPath.of("/agents/2");

    private final VirtualTimers timers = new VirtualTimers();
    private final List<AutoCloseable> open = new ArrayList<>();
    private StreamEngine engine = engine(new InMemoryEventStore(), false);
    private EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    private StreamEngine engine(EventStore store, boolean everywhere) {
        StreamEngine started = StreamEngine.builder(store)
                .timers(timers)
                .processors(List.of(new EchoProvider("echo", everywhere)))
                .start();
        open.add(started);
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private ProcessorHost host() {
        return engine.parts().host();
    }

    private void attach(StreamPath path, boolean subtree) {
        append(
                path,
                new StreamEvent.ProcessorAttached(
                        "echo", Optional.of(JsonNodeFactory.instance.objectNode()), Optional.of(subtree)));
    }

    private void append(StreamPath path, Object payload) {
        get(streams.append(path, EventInput.of(payload)));
    }

    private List<Event> log(StreamPath path) {
        return get(streams.read(path, ReadRange.all()));
    }

    private List<String> echoes(StreamPath path) {
        return log(path).stream()
                .filter(event -> event.type().equals("echoed"))
                .map(event -> event.payloadJson().path("text").asText() + " under "
                        + event.payloadJson().path("lease").asText())
                .toList();
    }

    private void awaitEchoes(StreamPath path, String... texts) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(echoes(path)).containsExactly(texts));
    }

    private List<Event> leases(StreamPath root, String type) {
        return log(Fence.leases("echo", root)).stream()
                .filter(event -> event.type().startsWith("millrace/lease-" + type))
                .toList();
    }

    private static void eventually(Callable<Boolean> condition) {
        Awaitility.await().atMost(LIMIT).until(condition);
    }

    /** Moves the engine's clock in steps that are shorter than the time between two renewals. */
    private void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(STEP)) {
            timers.advanceWhen(engine::isIdle, STEP);
        }
        timers.advanceWhen(engine::isIdle, Duration.ZERO);
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private ProcessorRunner<Integer> runner(StreamPath path, VirtualTimers clock) {
        ProcessorRunner<Integer> runner = ProcessorRunner.builder(streams, new Echo("echo", "client")).stream(path)
                .timers(clock)
                .effectsFrom(EffectStartPolicy.LIVE)
                .start();
        open.add(runner);
        return runner;
    }

    @Test
    void should_act_under_the_lease_of_its_stream() {
        attach(ONE, false);
        append(ONE, new Said("hi"));

        awaitEchoes(ONE, "hosted hi under /agents/1");
        assertThat(log(ONE).get(log(ONE).size() - 1).metadata().flatMap(Fence::of))
                .contains(new Fence("echo", ONE, 1));
    }

    @Test
    void should_wait_while_a_runner_elsewhere_has_the_lease_and_take_over_at_once() {
        ProcessorRunner<Integer> elsewhere = runner(ONE, new VirtualTimers());
        eventually(() -> elsewhere.status().phase() == Phase.LIVE);
        attach(ONE, false);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "client one under /agents/1");

        elsewhere.stop(LIMIT);
        eventually(() -> leases(ONE, "claimed").size() == 2);
        append(ONE, new Said("two"));

        awaitEchoes(ONE, "client one under /agents/1", "hosted two under /agents/1");
    }

    @Test
    void should_keep_a_runner_elsewhere_waiting_until_its_stream_is_inactive() {
        attach(ONE, false);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "hosted one under /agents/1");
        ProcessorRunner<Integer> elsewhere = runner(ONE, new VirtualTimers());
        elsewhere.awaitCaughtUp(LIMIT);
        append(ONE, new Said("two"));
        awaitEchoes(ONE, "hosted one under /agents/1", "hosted two under /agents/1");
        assertThat(elsewhere.status().phase()).isEqualTo(Phase.STANDBY);

        pass(Duration.ofMinutes(1));
        eventually(() -> elsewhere.status().phase() == Phase.LIVE);
        append(ONE, new Said("three"));

        awaitEchoes(ONE, "hosted one under /agents/1", "hosted two under /agents/1", "client three under /agents/1");
    }

    @Test
    void should_take_over_from_a_silent_runner_although_its_stream_has_been_quiet_for_long() {
        VirtualTimers stopped = new VirtualTimers();
        ProcessorRunner<Integer> elsewhere = runner(ONE, stopped);
        eventually(() -> elsewhere.status().phase() == Phase.LIVE);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "client one under /agents/1");
        attach(ONE, false);
        for (int third = 0; third < 60; third++) { // the runner renews its lease for more than three minutes
            stopped.advanceWhen(engine::isIdle, LEASE.dividedBy(3));
            int expected = third + 1;
            eventually(() -> leases(ONE, "renewed").size() >= expected);
            timers.advanceWhen(engine::isIdle, LEASE.dividedBy(3));
        }
        assertThat(leases(ONE, "claimed")).hasSize(1);

        pass(LEASE.plusSeconds(2)); // it falls silent

        eventually(() -> leases(ONE, "claimed").size() >= 2);
    }

    @Test
    void should_share_one_lease_with_all_streams_below_an_attachment_and_with_a_subtree_runner_elsewhere() {
        SubtreeRunner<Integer> elsewhere = ProcessorRunner.builder(streams, new Echo("echo", "client")).stream(TOP)
                .timers(new VirtualTimers())
                .subtree()
                .start();
        open.add(elsewhere);
        elsewhere.awaitCaughtUp(LIMIT);
        attach(TOP, true);
        append(ONE, new Said("one"));
        append(TWO, new Said("two"));
        awaitEchoes(ONE, "client one under /agents");
        awaitEchoes(TWO, "client two under /agents");

        elsewhere.stop(LIMIT);
        eventually(() -> leases(TOP, "claimed").size() == 2);
        append(ONE, new Said("three"));
        append(TWO, new Said("four"));

        awaitEchoes(ONE, "client one under /agents", "hosted three under /agents");
        awaitEchoes(TWO, "client two under /agents", "hosted four under /agents");
        assertThat(leases(TOP, "claimed")).hasSize(2);
        assertThat(get(streams.list(StreamPath.of("/millrace/leases"))))
                .extracting(found -> found.path().value())
                .doesNotContain("/millrace/leases/echo/agents/1", "/millrace/leases/echo/agents/2");
    }

    @Test
    void should_write_few_lease_events_when_a_stream_becomes_active_and_then_idle() {
        attach(ONE, false);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "hosted one under /agents/1");
        pass(Duration.ofMinutes(5));

        assertThat(leases(ONE, "claimed")).hasSize(1);
        assertThat(leases(ONE, "released")).hasSize(1);
        assertThat(leases(ONE, "renewed")).hasSizeBetween(3, 10);
        eventually(() -> {
            pass(Duration.ofSeconds(30));
            return host().activeStreams() == 0;
        });
        int before = leases(ONE, "").size();
        pass(Duration.ofMinutes(10));
        assertThat(leases(ONE, "")).hasSize(before);
        assertThat(timers.pending()).as("only the sweep").isEqualTo(1);

        append(ONE, new Said("two")); // the clock stands still: nothing waits for a timer

        awaitEchoes(ONE, "hosted one under /agents/1", "hosted two under /agents/1");
        assertThat(leases(ONE, "claimed")).hasSize(2);
    }

    @Test
    void should_come_to_rest_when_it_is_attached_to_the_root_with_all_streams_below() {
        attach(StreamPath.root(), true);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "hosted one under /");

        pass(Duration.ofMinutes(8));

        assertThat(leases(StreamPath.root(), "claimed").size()).isLessThanOrEqualTo(2);
        assertThat(leases(StreamPath.root(), "released")).hasSameSizeAs(leases(StreamPath.root(), "claimed"));
        eventually(() -> {
            pass(Duration.ofSeconds(30));
            return host().activeStreams() == 0;
        });
        int before = leases(StreamPath.root(), "").size();
        pass(Duration.ofMinutes(10));
        assertThat(leases(StreamPath.root(), "")).hasSize(before).hasSizeLessThan(30);
    }

    @Test
    void should_share_one_lease_with_all_streams_when_it_runs_everywhere_and_come_to_rest() {
        engine = engine(new InMemoryEventStore(), true);
        streams = engine.streams(ProjectSlug.defaultProject());
        append(ONE, new Said("one"));
        append(TWO, new Said("two"));

        awaitEchoes(ONE, "hosted one under /");
        awaitEchoes(TWO, "hosted two under /");
        pass(Duration.ofMinutes(8));
        assertThat(leases(StreamPath.root(), "released")).hasSameSizeAs(leases(StreamPath.root(), "claimed"));
        int before = leases(StreamPath.root(), "").size();
        pass(Duration.ofMinutes(10));
        assertThat(leases(StreamPath.root(), "")).hasSize(before);
    }

    @Test
    void should_release_its_leases_when_the_engine_stops() {
        InMemoryEventStore kept = new InMemoryEventStore();
        open.add(0, kept);
        engine = engine(new Unclosable(kept), false);
        streams = engine.streams(ProjectSlug.defaultProject());
        attach(ONE, false);
        append(ONE, new Said("one"));
        awaitEchoes(ONE, "hosted one under /agents/1");
        engine.close();

        engine = engine(new Unclosable(kept), false);
        streams = engine.streams(ProjectSlug.defaultProject());
        append(ONE, new Said("two")); // the clock stands still: it does not wait for the end of the old lease

        awaitEchoes(ONE, "hosted one under /agents/1", "hosted two under /agents/1");
        assertThat(leases(ONE, "released")).hasSize(1);
        assertThat(leases(ONE, "claimed")).hasSize(2);
    }

    /** A store that stays open when its engine stops. */
    private record Unclosable(EventStore delegate) implements ForwardingEventStore {
        @Override
        public void close() {}
    }
}
