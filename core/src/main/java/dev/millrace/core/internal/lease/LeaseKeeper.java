package dev.millrace.core.internal.lease;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The client of a lease stream: it claims a lease, renews it, and detects its loss. Epoch n+1 is claimed by an append
 * with a key that is stored only once. Only lengths of time are measured, so clocks of processes are not compared: the
 * holder counts its lease from before its request, the others from when they received the event, so the holder stops
 * first. If it does not, the service refuses its appends by the epoch. Safe for use by many threads.
 */
final class LeaseKeeper implements LeaseHandle {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final int RENEWALS = 3;
    private static final SecureRandom NAMES = new SecureRandom();

    private final EventStreams streams;
    private final String slug;
    private final StreamPath path;
    private final StreamPath leases;
    private final Duration lease;
    private final LeaseEvents events;
    private final RunnerOptions options;
    private final Owner owner;

    /** A claim without an answer yet; it expires when its lease would end. */
    private record Claim(int number, Fence fence, int incarnation) {}

    // Everything below is guarded by this.
    private volatile @Nullable Fence held;
    private volatile Optional<String> refusal = Optional.empty();
    private int incarnations;
    private @Nullable String incarnation;
    private int epoch;
    private int renewals;
    private int granted;
    private boolean current;
    private @Nullable Claim claim;
    private int claims;
    private boolean released;
    private boolean toldTaken;
    private boolean stopped;
    private int connection;
    private @Nullable Subscription subscription;
    private Timers.@Nullable Timer watch;
    private Timers.@Nullable Timer expiry;
    private Timers.@Nullable Timer renewal;
    private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

    /** A keeper for a holder with a random name. */
    LeaseKeeper(
            EventStreams streams, String slug, StreamPath path, Duration lease, RunnerOptions options, Owner owner) {
        this(
                streams,
                slug,
                path,
                lease,
                Long.toHexString(NAMES.nextLong()) + Long.toHexString(NAMES.nextLong()),
                options,
                owner);
    }

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
        this.events = new LeaseEvents(slug, leases, holder, lease);
        this.options = options;
        this.owner = owner;
    }

    @Override
    public void start() {
        connect();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // another incarnation of the lease stream can have a lease of this number
    public boolean holds(Fence fence) {
        return fence == held;
    }

    @Override
    public Optional<String> refusal() {
        return refusal;
    }

    @Override
    public synchronized void fenced(Fence fence) {
        if (holds(fence)) {
            stepDown();
        }
    }

    /** Stops and releases the lease. */
    @Override
    public CompletableFuture<?> stop() {
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

    private void connect() {
        LeaseSubscriber subscriber;
        synchronized (this) {
            if (stopped) {
                return;
            }
            connection++;
            subscriber = new LeaseSubscriber(connection);
        }
        try {
            Subscription made = streams.subscribe(leases, 0, subscriber);
            boolean unwanted;
            synchronized (this) {
                unwanted = stopped || subscriber.number != connection;
                if (!unwanted) {
                    subscription = made;
                }
            }
            if (unwanted) {
                made.close();
            }
        } catch (RuntimeException refused) {
            subscriber.onEnd(refused);
        }
    }

    private final class LeaseSubscriber implements Subscriber {
        private final int number;

        LeaseSubscriber(int number) {
            this.number = number;
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            connected(number, connected.incarnation());
        }

        @Override
        public void onEvent(Event event) {
            received(number, event);
        }

        @Override
        public void onCaughtUp(long watermark) {
            caughtUp(number);
        }

        @Override
        public void onDisconnected(Throwable cause) {
            disconnected(number);
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            ended(number);
        }
    }

    /** In another incarnation of the lease stream, epochs start again at 1, so a held lease is given up. */
    private synchronized void connected(int number, String to) {
        if (number != connection) {
            return;
        }
        current = false;
        if (!to.equals(incarnation)) {
            incarnation = to;
            incarnations++;
            epoch = 0;
            released = false;
            claim = null;
            if (held != null) {
                stepDown();
            }
        }
    }

    private synchronized void received(int number, Event event) {
        apply(number, event);
        tellIfTaken();
    }

    private void apply(int number, Event event) {
        Optional<BuiltInType> type = BuiltInType.of(event.type());
        int of = events.epochOf(event);
        if (number != connection || type.isEmpty() || of == 0) {
            return;
        }
        if (type.get() == BuiltInType.LEASE_CLAIMED && of > epoch) {
            epoch = of;
            released = false;
            Fence mine = held;
            if (mine != null && mine.epoch() < of) {
                stepDown();
            }
            rearmWatch();
        } else if (type.get() == BuiltInType.LEASE_RENEWED && of == epoch) {
            rearmWatch();
        } else if (type.get() == BuiltInType.LEASE_RELEASED && of == epoch) {
            released = true;
            claimIfFree();
        }
    }

    private synchronized void caughtUp(int number) {
        if (number == connection) {
            current = true;
            claimIfFree();
            rearmWatch();
            tellIfTaken();
        }
    }

    /** Without a connection no renewals arrive, so silence does not mean that the lease has ended. */
    private synchronized void disconnected(int number) {
        if (number == connection) {
            current = false;
            cancel(watch);
        }
    }

    private synchronized void ended(int number) {
        if (number == connection) {
            disconnected(number);
            if ("".equals(incarnation)) { // the service does not name incarnations, so the next one may differ
                incarnation = null;
            }
            options.later(renewalInterval(), this::connect);
        }
    }

    private void rearmWatch() {
        cancel(watch);
        if (!stopped && held == null && current) {
            watch = options.later(isFree() ? renewalInterval() : lease, this::claimAfterSilence);
        }
    }

    private synchronized void claimAfterSilence() {
        if (current && held == null) {
            claim();
            rearmWatch();
        }
    }

    @Override
    public synchronized boolean isTaken() {
        return held == null && claim == null && (refusal.isPresent() || (current && !isFree()));
    }

    private void tellIfTaken() {
        boolean taken = isTaken();
        if (taken && !toldTaken) {
            notifyOwner(owner::standsBy);
        }
        toldTaken = taken;
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
     * The lease time starts before the request is sent. The claim is fenced by the lease before it, so no epoch is ever
     * skipped, even if the epochs have started again meanwhile: the service checks a lease by its successor.
     */
    private void claim() {
        if (claim != null || stopped) {
            return;
        }
        Claim next = new Claim(++claims, new Fence(slug, path, epoch + 1), incarnations);
        Optional<Fence> last = epoch == 0 ? Optional.empty() : Optional.of(new Fence(slug, path, epoch));
        claim = next;
        Timers.Timer end = options.later(lease, () -> claimTimedOut(next));
        options.executor().execute(() -> {
            var unused = append(BuiltInType.LEASE_CLAIMED, next.fence().epoch(), "", last)
                    .thenApply(event -> events.requireClaim(event, next.fence()))
                    .whenComplete((event, failure) -> {
                        keepRefusal(failure);
                        claimed(next, failure == null && events.isMine(event), end);
                    });
        });
    }

    /** Keeps and logs the reason of a refused claim, because the process stays in STANDBY. */
    private void keepRefusal(@Nullable Throwable failure) {
        Optional<String> why = Optional.ofNullable(failure)
                .filter(thrown -> !FencedEventStreams.isFenced(thrown))
                .map(thrown -> "the lease of '" + slug + "' on " + path + " cannot be claimed: "
                        + FailureEvents.describe(Appender.unwrap(thrown)));
        boolean isNew = !why.equals(refusal);
        refusal = why;
        if (isNew && why.isPresent()) {
            LOG.log(Level.WARNING, why.get() + "; the claim is repeated");
        }
    }

    /**
     * A claim was answered or failed. A lease that was granted and is not used is released, so that others do not wait
     * for its end.
     */
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
                    rearmWatch();
                }
                tellIfTaken();
            }
            unused = mine && !holds(answered.fence()) && claim == null && answered.incarnation() == incarnations;
        }
        if (unused) {
            var unusedRelease = release(answered.fence());
        }
    }

    private synchronized void claimTimedOut(Claim unanswered) {
        if (unanswered.equals(claim)) {
            claim = null; // the watch timer claims again
        } else {
            renewalTimedOut(unanswered.fence(), 0);
        }
    }

    private void gain(Fence fence, Timers.Timer end) {
        epoch = fence.epoch();
        released = false;
        renewals = 0;
        granted = 0;
        held = fence;
        cancel(watch);
        expiry = end;
        renewal = options.later(renewalInterval(), () -> renew(fence));
        notifyOwner(() -> owner.gained(fence));
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
            next = options.later(lease, () -> renewalTimedOut(fence, asked));
            renewal = options.later(renewalInterval(), () -> renew(fence));
        }
        var unused = append(BuiltInType.LEASE_RENEWED, fence.epoch(), "/renewed/" + number, Optional.of(fence))
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
        if (FencedEventStreams.isFenced(failure)) {
            fenced(fence);
        }
    }

    /**
     * One lease time has passed since this renewal was requested. It ends the lease, unless a newer renewal was
     * granted.
     */
    private synchronized void renewalTimedOut(Fence fence, int number) {
        if (holds(fence) && granted <= number) {
            stepDown();
        }
    }

    private void stepDown() {
        held = null;
        cancel(expiry);
        cancel(renewal);
        notifyOwner(owner::lost);
        claimIfFree();
        rearmWatch();
    }

    private CompletableFuture<?> release(Fence fence) {
        return append(BuiltInType.LEASE_RELEASED, fence.epoch(), "/released", Optional.of(fence))
                .exceptionally(failure -> {
                    LOG.log(Level.DEBUG, "the lease of '" + slug + "' on " + path + " was not released", failure);
                    return null;
                });
    }

    private CompletableFuture<Event> append(BuiltInType type, int of, String suffix, Optional<Fence> fence) {
        try {
            return streams.append(leases, events.input(type, of, suffix, fence))
                    .thenApply(appended -> appended.event());
        } catch (RuntimeException broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    private void notifyOwner(Runnable call) {
        told = told.thenRunAsync(call, options.executor()).exceptionally(thrown -> {
            LOG.log(
                    Level.ERROR,
                    "the run of '" + slug + "' on " + path + " failed to follow a change of its lease",
                    thrown);
            return null;
        });
    }

    private Duration renewalInterval() {
        return lease.dividedBy(RENEWALS);
    }

    private static void cancel(Timers.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
