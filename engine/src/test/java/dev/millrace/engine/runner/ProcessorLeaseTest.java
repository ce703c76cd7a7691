package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ProcessorLeaseTest extends RunnerRules {
    private static final Fence FIRST = new Fence("recorder", PATH, 1);

    private final Map<String, Optional<Fence>> leases = new ConcurrentHashMap<>();

    /** Needs a lease of this length; notes the lease of its effects and background tasks. */
    private final class Needy implements ForwardingProcessor<List<String>> {
        private final Duration length;
        private final Recorder recorder = Recorder.silent().onSaid((state, event, effects) -> {
            leases.put("event", effects.lease());
            effects.launch("task", because(event.offset()), task -> {
                leases.put("task", task.lease());
                return CompletableFuture.completedFuture(null);
            });
            return Effects.done(effects.append(new Echoed("heard")));
        });

        Needy(Duration length) {
            this.length = length;
        }

        @Override
        public Processor<List<String>> delegate() {
            return recorder;
        }

        @Override
        public Optional<Duration> lease() {
            return Optional.of(length);
        }
    }

    private void sayAndAwaitEcho(ProcessorRunner<List<String>> runner) {
        eventually(() -> runner.status().phase() == Phase.LIVE);
        say("hi");
        eventually(() -> !logOf("echoed").isEmpty() && leases.size() == 2);
    }

    private List<Event> claims() {
        return log(Fence.leases("recorder", PATH)).stream()
                .filter(event -> event.type().equals("millrace/lease-claimed"))
                .toList();
    }

    @Test
    void should_take_the_lease_that_the_processor_needs() {
        sayAndAwaitEcho(start(runner(new Needy(Duration.ofSeconds(20)))));

        assertThat(claims())
                .singleElement()
                .satisfies(claim ->
                        assertThat(claim.payloadJson().path("lease").asText()).isEqualTo("PT20S"));
        assertThat(leases).isEqualTo(Map.of("event", Optional.of(FIRST), "task", Optional.of(FIRST)));
        assertThat(logOf("echoed").get(0).metadata().flatMap(Fence::of)).contains(FIRST);
    }

    @Test
    void should_be_neither_caught_up_nor_idle_before_it_knows_who_has_the_lease() {
        LateLeases late = new LateLeases(streams);
        ProcessorRunner<List<String>> runner =
                start(ProcessorRunner.builder(late, new Needy(Duration.ofSeconds(20))).stream(PATH)
                        .effectsFrom(EffectStartPolicy.BEGINNING));
        say("hi");
        runner.awaitReduced(2, LIMIT);

        assertThat(runner.status().phase()).isEqualTo(Phase.STANDBY);
        assertThat(runner.isIdle()).isFalse();
        late.arrive();
        runner.awaitIdle(LIMIT);
        assertThat(logOf("echoed")).hasSize(1);

        ProcessorRunner<List<String>> other = start(runner(new Needy(Duration.ofSeconds(20))));
        other.awaitCaughtUp(LIMIT);
        other.awaitIdle(LIMIT);
        assertThat(other.status().phase()).isEqualTo(Phase.STANDBY);
    }

    /** Streams that subscribe to lease streams only later. */
    private static final class LateLeases implements ForwardingEventStreams {
        private final EventStreams delegate;
        private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

        LateLeases(EventStreams delegate) {
            this.delegate = delegate;
        }

        @Override
        public EventStreams delegate() {
            return delegate;
        }

        @Override
        public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
            if (Fence.isLeaseStream(path)) {
                waiting.add(() -> delegate.subscribe(path, afterOffset, subscriber));
                return () -> {};
            }
            return delegate.subscribe(path, afterOffset, subscriber);
        }

        void arrive() {
            waiting.forEach(Runnable::run);
        }
    }

    @Test
    void should_take_a_lease_of_the_length_that_the_builder_sets() {
        sayAndAwaitEcho(start(runner(new Needy(Duration.ofSeconds(20))).exclusive(Duration.ofSeconds(30))));

        assertThat(claims())
                .singleElement()
                .satisfies(claim ->
                        assertThat(claim.payloadJson().path("lease").asText()).isEqualTo("PT30S"));
    }

    @Test
    void should_take_no_lease_when_the_builder_says_so() {
        sayAndAwaitEcho(start(runner(new Needy(Duration.ofSeconds(20))).withoutLease()));

        assertThat(claims()).isEmpty();
        assertThat(leases).isEqualTo(Map.of("event", Optional.empty(), "task", Optional.empty()));
        assertThat(logOf("echoed").get(0).metadata().flatMap(Fence::of)).isEmpty();
    }

    @Test
    void should_take_a_lease_of_ten_seconds_when_nothing_names_a_length() {
        Recorder silent = Recorder.silent();
        ProcessorRunner<List<String>> runner = start(runner(silent).exclusive());
        eventually(() -> runner.status().phase() == Phase.LIVE);

        assertThat(claims())
                .singleElement()
                .satisfies(claim ->
                        assertThat(claim.payloadJson().path("lease").asText()).isEqualTo("PT10S"));
    }

    @Test
    void should_refuse_a_processor_whose_lease_is_too_short_to_be_kept() {
        assertThatThrownBy(() -> runner(new Needy(Duration.ofMillis(999))).start())
                .hasMessage("a lease must be 1 s or longer, got PT0.999S");
    }
}
