package dev.millrace.core.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class SharedLeaseSourceTest {
    private static final Duration LEASE = Duration.ofSeconds(9);
    private static final Duration PART = Duration.ofSeconds(3);
    private static final StreamPath ROOT = StreamPath.of("/agents");

    private final ScriptedStreams streams = new ScriptedStreams();
    private final VirtualTime time = new VirtualTime();
    private final SharedLeaseSource source = new SharedLeaseSource(Optional.empty());
    private final List<String> told = new ArrayList<>();
    private final List<Fence> granted = new ArrayList<>();
    private long offset;

    private LeaseHandle use(String name, StreamPath root) {
        return source.lease(
                streams, "mailer", root, LEASE, time.options(RetryPolicy.DEFAULT, 64), new LeaseHandle.Owner() {
                    @Override
                    public void gained(Fence fence) {
                        granted.add(fence);
                        told.add(name + " gained " + fence.epoch());
                    }

                    @Override
                    public void lost() {
                        told.add(name + " lost");
                    }
                });
    }

    private LeaseHandle started(String name) {
        LeaseHandle use = use(name, ROOT);
        use.start();
        time.run();
        return use;
    }

    /** Answers the first claim of a lease. */
    private void grant() {
        Subscriber ears = streams.subscribers.get(streams.subscribers.size() - 1);
        ears.onConnected(new ConnectionInfo("life-1", 0, Duration.ZERO));
        ears.onCaughtUp(0);
        time.run();
        streams.last().store(++offset);
        time.run();
    }

    private List<String> sent() {
        return streams.calls.stream()
                .map(call -> call.input().type().substring("millrace/lease-".length()))
                .toList();
    }

    @Test
    void should_claim_and_renew_once_for_all_users() {
        LeaseHandle one = started("one");
        LeaseHandle two = started("two");
        grant();
        LeaseHandle three = started("three");

        assertThat(told).containsExactly("one gained 1", "two gained 1", "three gained 1");
        assertThat(List.of(one, two, three)).allMatch(use -> use.holds(granted.get(0)));
        time.advance(PART);
        assertThat(sent()).containsExactly("claimed", "renewed");
        assertThat(streams.subscribers).hasSize(1);
    }

    @Test
    void should_release_the_lease_with_its_last_user_and_claim_it_again_for_the_next_one() {
        LeaseHandle one = started("one");
        LeaseHandle two = started("two");
        grant();

        one.stop();
        time.run();
        assertThat(sent()).containsExactly("claimed");
        assertThat(one.holds(granted.get(0))).isFalse();
        assertThat(two.holds(granted.get(0))).isTrue();

        two.stop();
        time.run();
        assertThat(sent()).containsExactly("claimed", "released");
        time.advance(LEASE.multipliedBy(5));
        assertThat(sent()).as("no renewals without users").hasSize(2);
        assertThat(streams.subscribers).isEmpty();

        started("three");
        assertThat(streams.subscribers).hasSize(1);
    }

    @Test
    void should_tell_all_users_when_the_lease_is_lost_but_not_those_who_have_left() {
        LeaseHandle one = started("one");
        started("two");
        LeaseHandle three = started("three");
        grant();
        told.clear();
        three.stop();

        one.fenced(granted.get(0));
        time.run();

        assertThat(told).containsExactly("one lost", "two lost");
        assertThat(one.holds(granted.get(0))).isFalse();
    }

    @Test
    void should_keep_the_leases_of_different_roots_apart() {
        started("one");
        grant();
        LeaseHandle other = use("other", ROOT.resolve("./1"));
        other.start();
        time.run();

        assertThat(told).containsExactly("one gained 1");
        assertThat(streams.subscribers).hasSize(2);
        assertThat(other.holds(granted.get(0))).isFalse();
    }

    @Test
    void should_not_start_after_it_was_stopped() {
        LeaseHandle one = use("one", ROOT);
        one.stop();
        one.start();
        time.run();

        assertThat(streams.subscribers).isEmpty();
    }
}
