package dev.millrace.core.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import dev.millrace.core.runner.ScriptedStreams.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class LeaseKeeperTest {
    private static final Duration LEASE = Duration.ofSeconds(9);
    private static final Duration PART = Duration.ofSeconds(3);
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final StreamPath LEASES = Fence.leases("mailer", PATH);

    private final ScriptedStreams streams = new ScriptedStreams();
    private final VirtualTime time = new VirtualTime();
    private final List<String> told = new ArrayList<>();
    private final List<Fence> granted = new ArrayList<>();
    private final LeaseKeeper keeper = keeper(streams);
    private long offset;
    private int stoodBy;

    private LeaseKeeper keeper(EventStreams over) {
        RunnerOptions options = time.options(RetryPolicy.DEFAULT, 64);
        return new LeaseKeeper(over, "mailer", PATH, LEASE, "me", options, new LeaseHandle.Owner() {
            @Override
            public void gained(Fence fence) {
                granted.add(fence);
                told.add("gained " + fence.epoch());
            }

            @Override
            public void lost() {
                told.add("lost");
            }

            @Override
            public void standsBy() {
                stoodBy++;
            }
        });
    }

    private Subscriber ears() {
        return streams.subscribers.get(streams.subscribers.size() - 1);
    }

    private void connect(String incarnation) {
        ears().onConnected(new ConnectionInfo(incarnation, 0, Duration.ZERO));
    }

    private void hear(String type, String holder, int epoch) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("slug", "mailer")
                .put("holder", holder)
                .put("epoch", epoch)
                .put("lease", LEASE.toString());
        String suffix = type.equals("claimed") ? "" : type.equals("renewed") ? "/renewed/1" : "/" + type;
        EventInput input = EventInput.builder()
                .type("millrace/lease-" + type)
                .payload(payload)
                .idempotencyKey("lease/mailer/" + epoch + suffix)
                .build();
        ears().onEvent(ScriptedStreams.event(LEASES, ++offset, input));
    }

    private void begin() {
        keeper.start();
        connect("life-1");
        ears().onCaughtUp(0);
        time.run();
    }

    /** Grants the first lease, without its event on the lease stream. */
    private void hold() {
        begin();
        answer(streams.last());
    }

    private void answer(Call call) {
        call.store(++offset);
        time.run();
    }

    private List<String> sent() {
        return streams.calls.stream()
                .map(call -> call.input().type().substring("millrace/lease-".length()) + " "
                        + call.input().payload().path("epoch").intValue())
                .toList();
    }

    @Test
    void should_say_once_that_another_process_has_the_lease() {
        keeper.start();
        connect("life-1");
        hear("claimed", "other", 1);
        time.run();
        assertThat(stoodBy).as("before the end of the log").isZero();
        ears().onCaughtUp(1);
        time.run();
        hear("renewed", "other", 1);
        time.run();

        assertThat(stoodBy).isEqualTo(1);
        assertThat(keeper.isTaken()).isTrue();
    }

    @Test
    void should_not_stand_by_while_its_claim_is_unanswered() {
        begin();
        assertThat(keeper.isTaken()).isFalse();
        streams.last().refuse(StreamException.Code.FORBIDDEN);
        time.run();

        assertThat(stoodBy).isEqualTo(1);
        assertThat(told).isEmpty();
    }

    @Test
    void should_ask_for_a_lease_under_the_one_before_it_so_that_none_is_skipped() {
        begin();
        streams.last().refuse(StreamException.Code.UNAVAILABLE);
        hear("claimed", "other", 1);

        time.advance(LEASE);

        assertThat(sent()).containsExactly("claimed 1", "claimed 2");
        assertThat(streams.calls.get(0).input().metadata().flatMap(Fence::of)).isEmpty();
        assertThat(streams.last().input().metadata().flatMap(Fence::of)).contains(new Fence("mailer", PATH, 1));
    }

    @Test
    void should_claim_a_free_lease_again_soon() {
        begin();
        streams.last().refuse(StreamException.Code.UNAVAILABLE);

        time.advance(PART);

        assertThat(sent()).containsExactly("claimed 1", "claimed 1");
    }

    @Test
    void should_release_a_lease_that_was_granted_after_the_stop() {
        begin();
        keeper.stop();

        answer(streams.calls.get(0));

        assertThat(sent()).containsExactly("claimed 1", "released 1");
        assertThat(told).isEmpty();
    }

    @Test
    void should_release_a_lease_that_was_granted_too_late() {
        begin();
        hear("claimed", "me", 1);
        time.advance(LEASE.minusMillis(1));
        assertThat(sent()).containsExactly("claimed 1");

        time.advance(Duration.ofMillis(1));
        streams.calls.get(1).refuse(StreamException.Code.UNAVAILABLE);
        answer(streams.calls.get(0));

        assertThat(sent()).containsExactly("claimed 1", "claimed 2", "released 1");
        assertThat(told).isEmpty();
    }

    @Test
    void should_claim_again_when_a_claim_is_never_answered() {
        begin();

        time.advance(LEASE.plus(PART));
        assertThat(sent()).containsExactly("claimed 1", "claimed 1");
        answer(streams.calls.get(0)); // the lease of the first claim has expired already
        assertThat(told).isEmpty();
        answer(streams.calls.get(1));

        assertThat(told).containsExactly("gained 1");
        assertThat(sent()).containsExactly("claimed 1", "claimed 1");
        time.advance(LEASE);
        assertThat(told).containsExactly("gained 1", "lost");
    }

    @Test
    void should_keep_the_lease_when_a_renewal_of_the_same_number_in_an_earlier_incarnation_is_refused() {
        hold();
        time.advance(PART);
        Call ofTheLifeBefore = streams.last();
        connect("life-2");
        ears().onCaughtUp(0);
        time.run();
        answer(streams.last());
        assertThat(told).containsExactly("gained 1", "lost", "gained 1");

        ofTheLifeBefore.refuse(StreamException.Code.FENCED);
        keeper.fenced(granted.get(0));
        time.run();

        assertThat(told).containsExactly("gained 1", "lost", "gained 1");
        assertThat(keeper.holds(granted.get(1))).isTrue();
    }

    @Test
    void should_keep_the_lease_when_a_renewal_is_never_answered_and_a_later_one_is() {
        hold();
        time.advance(PART); // never answered
        time.advance(PART);
        assertThat(sent()).containsExactly("claimed 1", "renewed 1", "renewed 1");
        answer(streams.last());

        time.advance(LEASE.minusMillis(1));
        assertThat(told).containsExactly("gained 1");

        time.advance(Duration.ofMillis(1));
        assertThat(told).containsExactly("gained 1", "lost");
    }

    @Test
    void should_not_shorten_the_lease_when_an_older_renewal_is_answered_later() {
        hold();
        time.advance(PART);
        time.advance(PART);
        answer(streams.calls.get(2));
        answer(streams.calls.get(1));

        time.advance(LEASE.minusMillis(1));
        assertThat(told).containsExactly("gained 1");
    }

    @Test
    void should_not_hold_a_lease_of_another_incarnation_of_the_lease_stream() {
        begin();
        ears().onEnd(null);
        time.advance(PART);
        connect("life-2");

        answer(streams.calls.get(0));
        ears().onCaughtUp(0);
        time.run();

        assertThat(told).isEmpty();
        assertThat(sent()).containsExactly("claimed 1", "claimed 1");
    }

    @Test
    void should_count_from_one_again_in_another_incarnation_of_the_lease_stream_even_with_a_pending_claim() {
        begin();
        hear("claimed", "other", 7);
        streams.last().refuse(StreamException.Code.UNAVAILABLE);
        time.advance(LEASE);
        Call eighth = streams.last();
        ears().onEnd(null);
        time.advance(PART);
        connect("life-2");
        answer(eighth);
        hear("claimed", "other", 1);
        ears().onCaughtUp(1);

        time.advance(LEASE);

        assertThat(told).isEmpty();
        assertThat(sent()).containsExactly("claimed 1", "claimed 8", "claimed 2");
    }

    @Test
    void should_keep_the_lease_when_it_has_to_subscribe_anew_to_the_same_stream() {
        hold();
        ears().onEnd(new StreamException(StreamException.Code.UNAVAILABLE, LEASES, "given up"));
        time.advance(PART);
        connect("life-1");
        hear("claimed", "me", 1);
        ears().onCaughtUp(1);
        time.run();

        assertThat(told).containsExactly("gained 1");
    }

    /** Streams that answer at once, on the caller's thread, and check that the keeper's monitor is not held. */
    private static final class Impatient implements ForwardingEventStreams {
        private final ScriptedStreams delegate;
        private @Nullable LeaseKeeper watched;
        private int appendsUnderTheMonitor;

        Impatient(ScriptedStreams delegate) {
            this.delegate = delegate;
        }

        @Override
        public EventStreams delegate() {
            return delegate;
        }

        @Override
        public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
            if (watched != null && Thread.holdsLock(watched)) {
                appendsUnderTheMonitor++;
            }
            CompletableFuture<AppendResult> answer = delegate.append(path, input);
            delegate.last().store(1);
            return answer;
        }
    }

    @Test
    void should_not_hold_its_monitor_while_an_append_blocks() {
        Impatient impatient = new Impatient(streams);
        LeaseKeeper over = keeper(impatient);
        impatient.watched = over;
        over.start();
        connect("life-1");
        ears().onCaughtUp(0);
        time.run();
        time.advance(PART);
        ears().onDisconnected(new StreamException(StreamException.Code.UNAVAILABLE, LEASES, "cut"));
        over.fenced(granted.get(0));
        connect("life-1");
        ears().onCaughtUp(0);
        time.advance(LEASE);
        over.stop();

        assertThat(sent()).containsExactly("claimed 1", "renewed 1", "claimed 2", "released 2");
        assertThat(told).containsExactly("gained 1", "lost", "gained 2");
        assertThat(impatient.appendsUnderTheMonitor).isZero();
    }
}
