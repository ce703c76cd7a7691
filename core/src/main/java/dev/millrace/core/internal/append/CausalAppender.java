package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
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
 * Appends in reaction to events, on behalf of one call of a processor or of one attempt: finds the cause, stamps the
 * input, and sees that two appends of one cause do not claim one key. Safe for use by many threads.
 */
public final class CausalAppender {
    private record Claim(StreamPath target, String type, long because, Optional<String> name) {}

    private final ProducerIdentity identity;
    private final CauseLookup causes;
    private final Appender appender;
    private final Optional<CausingOffset> standing;
    private final BooleanSupplier cancelled;
    private final Optional<Cause> known;
    private final Set<Claim> claimed = new HashSet<>();
    private final Set<Throwable> givenUp = Collections.newSetFromMap(new IdentityHashMap<>());
    private CompletableFuture<Void> handedOver = CompletableFuture.completedFuture(null);

    public CausalAppender(
            ProducerIdentity identity,
            CauseLookup causes,
            Appender appender,
            Optional<CausingOffset> standing,
            BooleanSupplier cancelled) {
        this.identity = identity;
        this.causes = causes;
        this.appender = appender;
        this.standing = standing;
        this.known = standing.flatMap(because -> causes.recall(because.offset()));
        this.cancelled = cancelled;
    }

    public CompletableFuture<AppendResult> append(EventDraft draft) {
        StreamPath target = identity.path().resolve(draft.to());
        CausingOffset because = draft.because()
                .or(() -> standing)
                .orElseThrow(() ->
                        new IllegalStateException("append of " + draft.input().type() + " to " + target
                                + " by '" + identity.slug()
                                + "' has no cause: there is no event being handled; say Draft.of(…).because(offset)"));
        Claim claim = new Claim(target, draft.input().type(), because.offset(), draft.name());
        boolean derived = draft.input().idempotencyKey().isEmpty();
        if (derived) {
            stake(claim);
        }
        CompletableFuture<CompletableFuture<AppendResult>> sent;
        synchronized (this) {
            // An append is handed over only after the one before it, however long its cause takes to be found.
            sent = handedOver.thenCombine(
                    cause(because.offset()),
                    (nothing, cause) -> appender.send(target, identity.stamp(draft, cause, target), cancelled));
            handedOver = sent.handle((appended, failure) -> null);
        }
        return sent.thenCompose(appended -> appended).whenComplete((appended, failure) -> {
            if (failure != null) {
                synchronized (claimed) {
                    givenUp.add(Appender.unwrap(failure));
                }
            }
            if (failure != null && derived) {
                giveBack(claim); // whoever tries again means the same append, and the same key is right for it
            }
        });
    }

    /** Whether this is how one of the appends failed that were sent again until that was given up. */
    public boolean hasGivenUp(Throwable failure) {
        synchronized (claimed) {
            return givenUp.contains(failure);
        }
    }

    /** Appends a record of a failure. It begins a new chain, so that the end of a runaway one does not look like more of it. */
    public CompletableFuture<AppendResult> record(EventDraft draft, long offset) {
        return appender.send(identity.path(), stamped(draft, offset), cancelled);
    }

    /** As {@link #record}, however long that takes: nothing else tells that the work was given up. */
    public CompletableFuture<AppendResult> bury(EventDraft draft, long offset) {
        return appender.insist(identity.path(), stamped(draft, offset));
    }

    private EventInput stamped(EventDraft draft, long offset) {
        return identity.stamp(draft, new Cause(offset, 0, 0), identity.path());
    }

    /** An answer that took long to make must not be lost because its cause is out of sight by now. */
    private CompletableFuture<Cause> cause(long offset) {
        return known.filter(cause -> cause.offset() == offset)
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> appender.ask(() -> causes.find(offset)));
    }

    private void giveBack(Claim claim) {
        synchronized (claimed) {
            claimed.remove(claim);
        }
    }

    private void stake(Claim claim) {
        synchronized (claimed) {
            if (!claimed.add(claim)) {
                throw new IllegalStateException("second append of " + claim.type + " to " + claim.target + " by '"
                        + identity.slug() + "' because of " + identity.path() + "@" + claim.because
                        + ": both would have the same idempotency key; tell them apart with Draft.of(…).named(\"…\")");
            }
        }
    }
}
