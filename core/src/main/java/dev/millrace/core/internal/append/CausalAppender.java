package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.EventDraft;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The appends of one processor call or one background task: finds the cause, stamps the input, and refuses two appends
 * with the same key. Safe for use by many threads.
 */
public final class CausalAppender {
    private record Claim(StreamPath target, String type, long because, Optional<String> name) {}

    private final ProducerIdentity identity;
    private final CauseLookup causeLookup;
    private final Appender appender;
    private final Optional<CausingOffset> standing;
    private final BooleanSupplier cancelled;
    private final Optional<Cause> known;
    private final Set<Claim> claimed = new HashSet<>();
    private final Set<Throwable> givenUp = Collections.newSetFromMap(new IdentityHashMap<>());
    private CompletableFuture<Void> handedOver = CompletableFuture.completedFuture(null);

    public CausalAppender(
            ProducerIdentity identity,
            CauseLookup causeLookup,
            Appender appender,
            Optional<CausingOffset> standing,
            BooleanSupplier cancelled) {
        this.identity = identity;
        this.causeLookup = causeLookup;
        this.appender = appender;
        this.standing = standing;
        this.known = standing.flatMap(causingOffset -> causeLookup.recall(causingOffset.offset()));
        this.cancelled = cancelled;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the future inside the other one is not ignored: see thenCompose
    public CompletableFuture<AppendResult> append(EventDraft draft) {
        StreamPath target = identity.path().resolve(draft.to());
        CausingOffset causingOffset = draft.because()
                .or(() -> standing)
                .orElseThrow(() ->
                        new IllegalStateException("append of " + draft.input().type() + " to " + target
                                + " by '" + identity.slug()
                                + "' has no cause: no event is being handled; use EventDraft.of(…).because(offset)"));
        Claim claim = new Claim(target, draft.input().type(), causingOffset.offset(), draft.name());
        boolean derived = draft.input().idempotencyKey().isEmpty();
        if (derived) {
            claim(claim);
        }
        CompletableFuture<CompletableFuture<AppendResult>> sent;
        synchronized (this) {
            // Appends are handed over in the order of the calls, even if a cause takes long to find.
            sent = handedOver.thenCombine(
                    cause(causingOffset.offset()),
                    (nothing, cause) -> appender.send(OutgoingAppend.of(target, stamped(draft, cause, target))
                            .unless(cancelled)
                            .withDerivedKey(derived)));
            handedOver = sent.handle((appended, failure) -> null);
        }
        return sent.thenCompose(appended -> appended).whenComplete((appended, failure) -> {
            if (failure != null) {
                synchronized (claimed) {
                    givenUp.add(Appender.unwrap(failure));
                }
            }
            if (failure != null && derived) {
                releaseClaim(claim); // a retry may use the same key
            }
        });
    }

    /** True if an append failed with this exception after its last send. */
    public boolean hasGivenUp(Throwable failure) {
        synchronized (claimed) {
            return givenUp.contains(failure);
        }
    }

    /** A pause is allowed at the end of every chain, because it ends the chain. */
    private EventInput stamped(EventDraft draft, Cause cause, StreamPath target) {
        String type = draft.input().type();
        if (cause.isBeyondLimit() && !BuiltInType.PAUSED.matches(type)) {
            throw new ChainLimitException(
                    "append of " + type + " to " + target + " by '" + identity.slug() + "'", cause);
        }
        return identity.stamp(draft, cause, target);
    }

    /**
     * Appends a failure event. It continues the chain of the failed event, so that processors cannot react to each
     * other's failures without end, but its own depth is within the limits, so that it is not taken for a runaway.
     */
    public CompletableFuture<AppendResult> record(EventDraft draft, long offset) {
        return appender.send(identity.path(), stamped(draft, offset), cancelled);
    }

    /** Like {@link #record}, but without a limit while the service cannot be reached. */
    public CompletableFuture<AppendResult> recordInsistently(EventDraft draft, long offset) {
        return appender.send(
                OutgoingAppend.of(identity.path(), stamped(draft, offset)).insistently());
    }

    private EventInput stamped(EventDraft draft, long offset) {
        Cause cause = causeLookup.recall(offset).orElseGet(() -> new Cause(offset, Chain.NONE, Chain.NONE));
        return identity.stamp(draft, cause.ofFailure(), identity.path());
    }

    /** Uses the cause that was known at the start: the cache may have dropped it since. */
    private CompletableFuture<Cause> cause(long offset) {
        return known.filter(cause -> cause.offset() == offset)
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> appender.ask(() -> causeLookup.find(offset)));
    }

    private void releaseClaim(Claim claim) {
        synchronized (claimed) {
            claimed.remove(claim);
        }
    }

    private void claim(Claim claim) {
        synchronized (claimed) {
            if (!claimed.add(claim)) {
                throw new IllegalStateException("second append of " + claim.type + " to " + claim.target + " by '"
                        + identity.slug() + "' because of " + identity.path() + "@" + claim.because
                        + ": both would have the same idempotency key; name one with EventDraft.of(…).named(\"…\")");
            }
        }
    }
}
