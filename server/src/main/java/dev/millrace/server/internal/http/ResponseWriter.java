package dev.millrace.server.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * Writes one response piece by piece: never two writes at once, always in order, never blocking. What waits here is
 * bounded by its users: a live read has at most one page and a few frames in it. Safe for use by many threads.
 */
public final class ResponseWriter extends IteratingCallback {
    private record Parcel(Iterator<byte[]> pieces, CompletableFuture<Void> sent) {}

    private static final byte[] NOTHING = new byte[0];

    private final Response response;
    private final Supplier<Instant> clock;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private @Nullable Parcel current;
    private boolean last;
    private boolean writing;
    private Instant activity;
    // of the writing side only, which is one thread at a time
    private boolean lastWritten;
    private byte[] next = NOTHING;

    public ResponseWriter(Response response, Supplier<Instant> clock) {
        this.response = response;
        this.clock = clock;
        this.activity = clock.get();
    }

    /** Completes when the response is complete, or fails with what broke it off. */
    public CompletionStage<Void> over() {
        return over;
    }

    /**
     * Sends bytes made of pieces; each piece is made when it is its turn.
     *
     * @return completes when all of it was handed to the network, fails when it cannot be
     */
    public CompletionStage<Void> send(Iterator<byte[]> pieces) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        synchronized (this) {
            if (last || over.isDone()) {
                sent.completeExceptionally(new IllegalStateException("the answer has ended"));
                return sent;
            }
            waiting.add(new Parcel(pieces, sent));
        }
        iterate();
        return sent;
    }

    /** Sends one piece. */
    public void send(byte[] piece) {
        send(Collections.singleton(piece).iterator());
    }

    /** Sends one piece, unless something is being sent or waits to be. */
    public void sendIfIdle(byte[] piece) {
        synchronized (this) {
            if (writing || current != null || !waiting.isEmpty()) {
                return;
            }
        }
        send(piece);
    }

    /** Drops what still waits, lets the write under way complete, sends a last piece if there is one, and ends. */
    public void finish(byte @Nullable [] lastPiece) {
        List<Parcel> dropped;
        synchronized (this) {
            if (last) {
                return;
            }
            dropped = takeWaiting();
            if (lastPiece != null) {
                waiting.add(new Parcel(Collections.singleton(lastPiece).iterator(), new CompletableFuture<>()));
            }
            last = true;
        }
        fail(dropped, new IllegalStateException("the answer has ended"));
        iterate();
    }

    /** Ends after everything that waits. */
    public void finishAfterAll() {
        synchronized (this) {
            last = true;
        }
        iterate();
    }

    /** For how long the write under way has been waiting for the reader, if there is one. */
    public synchronized Optional<Duration> stalled() {
        return writing ? Optional.of(Duration.between(activity, clock.get())) : Optional.empty();
    }

    /** When something was last written, or began to be. */
    public synchronized Instant activity() {
        return activity;
    }

    @Override
    protected Action process() {
        while (true) {
            Parcel done;
            synchronized (this) {
                writing = false;
                if (lastWritten) {
                    return Action.SUCCEEDED;
                }
                if (current == null) {
                    current = waiting.poll();
                }
                if (current == null && !last) {
                    return Action.IDLE;
                }
                if (current == null || current.pieces.hasNext()) {
                    next = current == null ? NOTHING : current.pieces.next();
                    lastWritten = current == null;
                    writing = true;
                    activity = clock.get();
                    break;
                }
                done = current;
                current = null;
            }
            done.sent.complete(null); // outside the lock: whoever waits for it may go on right here
        }
        response.write(lastWritten, ByteBuffer.wrap(next), this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onSuccess() {
        synchronized (this) {
            writing = false;
            activity = clock.get();
        }
    }

    @Override
    protected void onCompleteSuccess() {
        over.complete(null);
    }

    @Override
    protected void onFailure(Throwable cause) {
        List<Parcel> dropped;
        synchronized (this) {
            last = true;
            dropped = takeWaiting();
        }
        fail(dropped, cause);
        over.completeExceptionally(cause);
    }

    private List<Parcel> takeWaiting() {
        List<Parcel> taken = new ArrayList<>(waiting);
        waiting.clear();
        if (current != null) {
            taken.add(current);
            current = null;
        }
        return taken;
    }

    private static void fail(List<Parcel> parcels, Throwable cause) {
        parcels.forEach(parcel -> parcel.sent.completeExceptionally(cause));
    }
}
