package dev.millrace.core.internal.lease;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gets a lease, keeps it, and notices when it is lost. The lease stream decides: epoch n+1 is claimed under a key that can be
 * stored once. Only lengths of time are measured, never times of day, so no two clocks are compared: the holder counts its lease
 * from before it asked, everybody else from when they heard of it, so the holder is the first to call it over. That is
 * courtesy; what an old holder must not do, the service refuses by the epoch. Safe for use by many threads.
 */
final class LeaseKeeper {
    /** Hears, one call at a time and in order, on the executor. */
    interface Owner {
        void gained(Fence fence);

        void lost();
    }

    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final int RENEWALS = 3;

    private final EventStreams streams;
    private final String slug;
    private final StreamPath path;
    private final StreamPath leases;
    private final Duration lease;
    private final String holder;
    private final Timers timers;
    private final Executor executor;
    private final Owner owner;

    /** A claim that is under way; it is given up when its lease would be over. */
    private record Claim(int number, Fence fence, int life) {}

    // Guarded by this, as everything below.
    private volatile @Nullable Fence held;
    private volatile Optional<String> refusal = Optional.empty();
    private int life;
    private @Nullable String incarnation;
    private int epoch;
    private int renewals;
    private int granted;
    private boolean current;
    private @Nullable Claim claim;
    private int claims;
    private boolean released;
    private boolean stopped;
    private int connection;
    private @Nullable Subscription subscription;
    private Timers.@Nullable Timer watch;
    private Timers.@Nullable Timer expiry;
    private Timers.@Nullable Timer renewal;
    private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

    LeaseKeeper(
            EventStreams streams,
            String slug,
            StreamPath path,
            Duration lease,
            String holder,
            RunnerOptions options,
            Owner owner) {
        this.streams = streams;
        this.slug = slug;
        this.path = path;
        this.leases = Fence.leases(slug, path);
        this.lease = lease;
        this.holder = holder;
        this.timers = options.timers();
        this.executor = options.executor();
        this.owner = owner;
    }

    void start() {
        connect();
    }

    /** Whether this process may still act under the lease, as far as it knows. */
    @SuppressWarnings("ReferenceEquality") // in the next life of the lease stream there is another lease of that number
    boolean holds(Fence fence) {
        return fence == held;
    }

    /** Why the last claim was refused, other than that somebody was faster. */
    Optional<String> refusal() {
        return refusal;
    }

    /** The service says that the lease has passed on. */
    synchronized void fenced(Fence fence) {
        if (holds(fence)) {
            stepDown();
        }
    }

    /** Lets go of everything; the next one need not wait. Completes when that is known, or cannot be made known. */
    CompletableFuture<?> stop() {
        Fence last;
        Subscription open;
        synchronized (this) {
            stopped = true;
            last = held;
            held = null;
            open = subscription;
            subscription = null;
            cancel(watch);
            cancel(expiry);
            cancel(renewal);
        }
        if (open != null) {
            open.close();
        }
        return last == null ? CompletableFuture.completedFuture(null) : release(last);
    }

    // ---- what the lease stream says

    private void connect() {
        Ears ears;
        synchronized (this) {
            if (stopped) {
                return;
            }
            connection++;
            ears = new Ears(connection);
        }
        try {
            Subscription made = streams.subscribe(leases, 0, ears);
            boolean unwanted;
            synchronized (this) {
                unwanted = stopped || ears.number != connection;
                if (!unwanted) {
                    subscription = made;
                }
            }
            if (unwanted) {
                made.close();
            }
        } catch (RuntimeException refused) {
            ears.onEnd(refused);
        }
    }

    private final class Ears implements Subscriber {
        private final int number;

        Ears(int number) {
            this.number = number;
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            connected(number, connected.incarnation());
        }

        @Override
        public void onEvent(Event event) {
            heard(number, event);
        }

        @Override
        public void onCaughtUp(long watermark) {
            isCurrent(number);
        }

        @Override
        public void onDisconnected(Throwable cause) {
            deaf(number);
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            ended(number);
        }
    }

    /** Epochs are counted anew in another life of the lease stream, so whatever is held is not to be told from the next. */
    private synchronized void connected(int number, String to) {
        if (number != connection) {
            return;
        }
        current = false;
        if (!to.equals(incarnation)) {
            incarnation = to;
            life++;
            epoch = 0;
            released = false;
            claim = null;
            if (held != null) {
                stepDown();
            }
        }
    }

    private synchronized void heard(int number, Event event) {
        Optional<BuiltInType> type = BuiltInType.of(event.type());
        int of = event.payloadJson().path("epoch").intValue();
        if (number != connection
                || type.isEmpty()
                || !event.payloadJson().path("slug").asText().equals(slug)) {
            return;
        }
        if (type.get() == BuiltInType.LEASE_CLAIMED && of > epoch) {
            epoch = of;
            released = false;
            Fence mine = held;
            if (mine != null && mine.epoch() < of) {
                stepDown();
            }
            watchAgain();
        } else if (type.get() == BuiltInType.LEASE_RENEWED && of == epoch) {
            watchAgain();
        } else if (type.get() == BuiltInType.LEASE_RELEASED && of == epoch) {
            released = true;
            claimIfFree();
        }
    }

    private synchronized void isCurrent(int number) {
        if (number == connection) {
            current = true;
            claimIfFree();
            watchAgain();
        }
    }

    /** Who cannot hear renewals must not take silence for their absence. */
    private synchronized void deaf(int number) {
        if (number == connection) {
            current = false;
            cancel(watch);
        }
    }

    private synchronized void ended(int number) {
        if (number == connection) {
            deaf(number);
            if ("".equals(incarnation)) { // nobody says whether the next one is the same
                incarnation = null;
            }
            timers.after(part(), () -> executor.execute(this::connect));
        }
    }

    // ---- standing by

    private void watchAgain() {
        cancel(watch);
        if (!stopped && held == null && current) {
            watch = timers.after(isFree() ? part() : lease, () -> executor.execute(this::silence));
        }
    }

    private synchronized void silence() {
        if (current && held == null) {
            claim();
            watchAgain();
        }
    }

    private boolean isFree() {
        return epoch == 0 || released;
    }

    private void claimIfFree() {
        if (current && held == null && isFree()) {
            claim();
        }
    }

    /**
     * The lease runs from before the service can have heard of it. It is asked for under the one before it, so that no epoch is
     * ever skipped, not even when the epochs have begun anew meanwhile: the gate knows each by its successor.
     */
    private void claim() {
        if (claim != null || stopped) {
            return;
        }
        Claim next = new Claim(++claims, new Fence(slug, path, epoch + 1), life);
        Optional<Fence> last = epoch == 0 ? Optional.empty() : Optional.of(new Fence(slug, path, epoch));
        claim = next;
        Timers.Timer end = timers.after(lease, () -> executor.execute(() -> claimRanOut(next)));
        executor.execute(() -> append(BuiltInType.LEASE_CLAIMED, next.fence().epoch(), "", last)
                .whenComplete((event, failure) -> {
                    hear(failure);
                    claimed(
                            next,
                            failure == null
                                    && event.payloadJson()
                                            .path("holder")
                                            .asText()
                                            .equals(holder),
                            end);
                }));
    }

    /** Who stands by for ever must be able to know why. */
    private void hear(@Nullable Throwable failure) {
        Optional<String> why = Optional.ofNullable(failure)
                .map(Appender::unwrap)
                .filter(thrown ->
                        !(thrown instanceof StreamException other && other.code() == StreamException.Code.FENCED))
                .map(thrown -> "the lease of '" + slug + "' on " + path + " cannot be claimed: "
                        + FailureEvents.describe(thrown));
        boolean isNew = !why.equals(refusal);
        refusal = why;
        if (isNew && why.isPresent()) {
            LOG.log(Level.WARNING, why.get() + "; tried again");
        }
    }

    /** It was answered, or it was not; what was claimed and is not used is let go of, so that nobody waits for its end. */
    private void claimed(Claim answered, boolean mine, Timers.Timer end) {
        boolean unused;
        synchronized (this) {
            boolean awaited = answered.equals(claim);
            claim = awaited ? null : claim;
            boolean gained =
                    mine && awaited && !stopped && epoch <= answered.fence().epoch();
            if (gained) {
                gain(answered.fence(), end);
            } else {
                end.cancel();
                if (isFree()) {
                    watchAgain();
                }
            }
            unused = mine && !holds(answered.fence()) && claim == null && answered.life() == life;
        }
        if (unused) {
            release(answered.fence());
        }
    }

    private synchronized void claimRanOut(Claim unanswered) {
        if (unanswered.equals(claim)) {
            claim = null; // whoever watches goes on to do so
        } else {
            ranOut(unanswered.fence(), 0);
        }
    }

    // ---- holding it

    private void gain(Fence fence, Timers.Timer end) {
        epoch = fence.epoch();
        released = false;
        renewals = 0;
        granted = 0;
        held = fence;
        cancel(watch);
        expiry = end;
        renewal = timers.after(part(), () -> executor.execute(() -> renew(fence)));
        tell(() -> owner.gained(fence));
    }

    private void renew(Fence fence) {
        Timers.Timer next;
        int number;
        synchronized (this) {
            if (!holds(fence)) {
                return;
            }
            int asked = ++renewals;
            number = asked;
            next = timers.after(lease, () -> executor.execute(() -> ranOut(fence, asked)));
            renewal = timers.after(part(), () -> executor.execute(() -> renew(fence)));
        }
        append(BuiltInType.LEASE_RENEWED, fence.epoch(), "/renewed/" + number, Optional.of(fence))
                .whenComplete((event, failure) -> renewed(fence, number, next, failure));
    }

    private synchronized void renewed(Fence fence, int number, Timers.Timer next, @Nullable Throwable failure) {
        if (failure == null && holds(fence) && number > granted) {
            granted = number;
            cancel(expiry);
            expiry = next;
            return;
        }
        next.cancel();
        if (failure != null
                && Appender.unwrap(failure) instanceof StreamException refusal
                && refusal.code() == StreamException.Code.FENCED) {
            fenced(fence);
        }
    }

    /** A lease time has passed since this was asked for, which means nothing when something newer was granted. */
    private synchronized void ranOut(Fence fence, int number) {
        if (holds(fence) && granted <= number) {
            stepDown();
        }
    }

    private void stepDown() {
        held = null;
        cancel(expiry);
        cancel(renewal);
        tell(owner::lost);
        claimIfFree();
        watchAgain();
    }

    // ---- the rest

    private CompletableFuture<?> release(Fence fence) {
        return append(BuiltInType.LEASE_RELEASED, fence.epoch(), "/released", Optional.of(fence))
                .exceptionally(notKnown -> null);
    }

    private CompletableFuture<Event> append(BuiltInType type, int of, String suffix, Optional<Fence> fence) {
        EventInput.Builder input = EventInput.builder()
                .type(type.type())
                .payload(payload(of))
                .idempotencyKey(Fence.claimKey(slug, of) + suffix);
        fence.ifPresent(under -> input.metadata(under.asMetadata(Optional.empty())));
        try {
            return streams.append(leases, input.build()).thenApply(appended -> appended.event());
        } catch (RuntimeException broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    private ObjectNode payload(int of) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("slug", slug)
                .put("holder", holder)
                .put("epoch", of)
                .put("lease", lease.toString());
    }

    private void tell(Runnable call) {
        told = told.thenRunAsync(call, executor).exceptionally(thrown -> {
            LOG.log(
                    Level.ERROR,
                    "the lease of '" + slug + "' on " + path + " changed hands, and this run did not",
                    thrown);
            return null;
        });
    }

    private Duration part() {
        return lease.dividedBy(RENEWALS);
    }

    private static void cancel(Timers.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
