package dev.millrace.core.internal.lease;

import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.ConditionWaiters;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.subtree.FirstAttachMarker;
import dev.millrace.core.internal.subtree.SubtreeHandle;
import dev.millrace.core.internal.subtree.SubtreeRun;
import dev.millrace.core.internal.subtree.SubtreeStreams;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A run of a subtree that exists only while this process holds the lease of the top stream. Without the lease it reads
 * nothing but the lease stream. Each lease starts a new run, as after any start. Safe for use by many threads.
 */
public final class LeasedSubtreeRun<S> implements SubtreeHandle<S>, LeaseHandle.Owner {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration BETWEEN_READS_OF_PROGRESS = Duration.ofSeconds(1);

    private final EventStreams streams;
    private final Processor<S> processor;
    private final StreamPath root;
    private final RunnerOptions options;
    private final Predicate<StreamPath> wanted;
    private final int mostActive;
    private final ConditionWaiters conditionWaiters = new ConditionWaiters();
    private final CompletableFuture<SubtreeStatus> ended = new CompletableFuture<>();
    private final LeaseHandle lease;

    // Guarded by this.
    private @Nullable SubtreeRun<S> current;
    private @Nullable String failure;
    private boolean closing;

    /** The lease streams are excluded: each event there would keep the lease in use. */
    public LeasedSubtreeRun(
            EventStreams streams,
            Processor<S> processor,
            StreamPath root,
            RunnerOptions options,
            Predicate<StreamPath> wanted,
            int mostActive,
            LeaseSource.Terms terms) {
        String slug = ProducerIdentity.of(processor, root).slug();
        this.streams = streams;
        this.processor = processor;
        this.root = root;
        this.options = options;
        this.wanted = path -> !Fence.isLeaseStream(path) && wanted.test(path);
        this.mostActive = mostActive;
        this.lease = terms.source().lease(streams, slug, terms.root(), terms.length(), options, this);
    }

    public void start() {
        lease.start();
    }

    @Override
    public void gained(Fence fence) {
        SubtreeRun<S> next;
        try {
            next = runUnder(fence);
        } catch (RuntimeException unreadable) {
            notStarted(fence, unreadable);
            return;
        }
        synchronized (this) {
            if (closing || !lease.holds(fence)) {
                return;
            }
            current = next;
        }
        var unused = next.ended().thenAcceptAsync(last -> endedByItself(next, last.failure()), options.executor());
        next.connect();
        if (!lease.holds(fence)) {
            discard(next); // lost() may have come before this run was known
        }
        conditionWaiters.changed();
    }

    /** Other processes may have saved progress, so the store reads it again, once for all streams. */
    private SubtreeRun<S> runUnder(Fence fence) {
        options.progress().reload(FirstAttachMarker.slug(processor.slug()), root);
        RunnerOptions fenced = options.under(
                fence, new FencedProgressStore(options.progress(), () -> lease.holds(fence), ProgressStore::load));
        return new SubtreeRun<>(
                new FencedEventStreams(streams, fence, lease),
                new FencedProcessor<>(processor, fence, lease),
                root,
                fenced,
                wanted,
                mostActive,
                conditionWaiters::changed);
    }

    /** If the progress cannot be read now, this is repeated; otherwise another process can take the lease. */
    private void notStarted(Fence fence, RuntimeException unreadable) {
        boolean later = unreadable instanceof StreamException refusal && refusal.isRetryable();
        if (!later) {
            LOG.log(Level.ERROR, name() + " could not start", unreadable);
            endedByItself(null, Optional.of("could not start: " + FailureEvents.describe(unreadable)));
            return;
        }
        LOG.log(Level.WARNING, "the progress of " + name() + " cannot be read now; it is read again", unreadable);
        options.later(BETWEEN_READS_OF_PROGRESS, () -> {
            if (lease.holds(fence)) {
                gained(fence);
            }
        });
    }

    @Override
    public void lost() {
        SubtreeRun<S> old;
        synchronized (this) {
            old = current;
        }
        if (old != null) {
            discard(old);
        }
    }

    private void discard(SubtreeRun<S> run) {
        synchronized (this) {
            if (closing || current != run) {
                return;
            }
            current = null;
        }
        run.stop(Duration.ZERO);
        conditionWaiters.changed();
    }

    /** If the service refuses the subscription, this process gives up the lease; another process can take it. */
    private void endedByItself(@Nullable SubtreeRun<S> run, Optional<String> why) {
        synchronized (this) {
            if (closing || run != current) {
                return;
            }
            closing = true;
            failure = why.orElse("the run has stopped");
        }
        if (run != null) {
            run.stop(Duration.ZERO);
        }
        var unused = lease.stop();
        end(why.orElse("the run has stopped"));
    }

    @Override
    public void stop(Duration deadline) {
        SubtreeRun<S> last;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            last = current;
        }
        if (last != null) {
            last.stop(deadline);
        }
        Handover.release(lease, options, last != null, deadline);
        end("runner of '" + processor.slug() + "' was stopped");
    }

    private void end(String why) {
        ended.complete(status());
        conditionWaiters.end(new StreamException(StreamException.Code.UNAVAILABLE, root, why));
    }

    private String name() {
        return "'" + processor.slug() + "' below " + root;
    }

    @Override
    public synchronized Optional<SubtreeStreams<S>> members() {
        return Optional.ofNullable(current).flatMap(SubtreeRun::members);
    }

    @Override
    public SubtreeStatus status() {
        SubtreeRun<S> run;
        Phase without;
        Optional<String> why;
        synchronized (this) {
            run = current;
            without = closing ? Phase.STOPPED : Phase.STANDBY;
            why = Optional.ofNullable(failure);
        }
        return run != null ? run.status() : new SubtreeStatus(without, 0, 0, 0, 0, why.or(lease::refusal));
    }

    @Override
    public CompletableFuture<SubtreeStatus> ended() {
        return ended.copy();
    }

    @Override
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        return conditionWaiters.when(condition);
    }
}
