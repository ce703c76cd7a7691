package dev.millrace.core.runner.simulation;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeRunner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A process with an exclusive runner of a subtree. It complains if it reads a stream of the subtree in stand-by. */
final class SubtreeHost extends Machine {
    private final Clerk clerk;
    private @Nullable SubtreeRunner<Clerk.Desk> runner;

    SubtreeHost(
            World world,
            String name,
            Service service,
            Disk disk,
            Clock clock,
            Manners manners,
            int slots,
            Clerk clerk) {
        super(world, name, service, disk, clock, manners);
        this.clerk = clerk;
        clerk.worksIn(this);
        this.runner = ProcessorRunner.builder(new Observed(new Network(world, service, this)), clerk).stream(Log.PATH)
                .executor(this)
                .timers(this)
                .progress(this)
                .random(new SplittableRandom(world.seed()))
                .retry(new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1)))
                .effectsFrom(EffectStartPolicy.BEGINNING)
                .subtree()
                .exclusive(LeaseSimulation.LEASE)
                .maxActive(slots)
                .start();
    }

    Clerk clerk() {
        return clerk;
    }

    SubtreeRunner<Clerk.Desk> runner() {
        if (runner == null) {
            throw new IllegalStateException("the process is starting");
        }
        return runner;
    }

    boolean isActing() {
        return runner != null && runner.status().phase() != Phase.STANDBY;
    }

    @Override
    void stopRunner() {
        runner().stop(Duration.ZERO);
    }

    /** Answers from memory, as a store does after it has read all progress. */
    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return recall(slug, path);
    }

    /** Asks the service, when a lease was gained. */
    @Override
    public Optional<Progress> reload(String slug, StreamPath path) {
        return super.load(slug, path);
    }

    private final class Observed implements ForwardingEventStreams {
        private final EventStreams delegate;

        Observed(EventStreams delegate) {
            this.delegate = delegate;
        }

        @Override
        public EventStreams delegate() {
            return delegate;
        }

        private void check(StreamPath path) {
            if (!Fence.isLeaseStream(path) && !isActing() && !isDead()) {
                world.complain(SubtreeHost.this + " reads " + path + " in stand-by");
            }
        }

        @Override
        public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
            check(path);
            return delegate.subscribe(path, afterOffset, subscriber);
        }

        @Override
        public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
            check(path);
            return delegate.read(path, range);
        }
    }
}
