package dev.millrace.server.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
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
 * An asynchronous writer of one response: one write at a time, in order, without blocking. Its users bound the queue: a
 * live read queues at most one page and a few frames. Thread-safe.
 */
public final class ResponseWriter extends IteratingCallback {
    private record Parcel(Iterator<byte[]> pieces, CompletableFuture<Void> sent) {}

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Response response;
    private final Supplier<Duration> clock;
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private @Nullable Parcel current;
    private boolean last;
    private boolean writing;
    private Duration activity;
    // used by process() only, which runs in one thread at a time
    private boolean lastWritten;
    private ByteBuffer next = NOTHING;

    /** A writer that measures time with {@code clock}, which never goes backwards. */
    public ResponseWriter(Response response, Supplier<Duration> clock) {
        this.response = response;
        this.clock = clock;
        this.activity = clock.get();
    }

    /** Completes when the response is complete; fails with what aborted it. */
    public CompletionStage<Void> completion() {
        return completion;
    }

    /**
     * Queues pieces; each is created just before it is written. The returned stage completes when the network has taken
     * all of them, and fails if it cannot.
     */
    public CompletionStage<Void> send(Iterator<byte[]> pieces) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        synchronized (this) {
            if (last || completion.isDone()) {
                sent.completeExceptionally(new IllegalStateException("the answer has ended"));
                return sent;
            }
            waiting.add(new Parcel(pieces, sent));
        }
        iterate();
        return sent;
    }

    public void send(byte[] piece) {
        send(Collections.singleton(piece).iterator());
    }

    /** Sends one piece if the queue is empty and no write is running. */
    public void sendIfIdle(byte[] piece) {
        synchronized (this) {
            if (writing || current != null || !waiting.isEmpty()) {
                return;
            }
        }
        send(piece);
    }

    /** Clears the queue, waits for the running write, sends the last piece if there is one, and ends the response. */
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

    /** Ends the response after all queued pieces. */
    public void finishAfterAll() {
        synchronized (this) {
            last = true;
        }
        iterate();
    }

    /** For how long the running write has been waiting for the reader; empty if no write is running. */
    public synchronized Optional<Duration> stalled() {
        return writing ? Optional.of(clock.get().minus(activity)) : Optional.empty();
    }

    /** The time since the last write began or ended. */
    public synchronized Duration quiet() {
        return clock.get().minus(activity);
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
                if (current == null && !last && !next.hasRemaining()) {
                    return Action.IDLE;
                }
                if (next.hasRemaining() || current == null || current.pieces.hasNext()) {
                    if (!next.hasRemaining()) {
                        next = current == null ? NOTHING : ByteBuffer.wrap(current.pieces.next());
                        lastWritten = current == null;
                    }
                    writing = true;
                    activity = clock.get();
                    break;
                }
                done = current;
                current = null;
            }
            done.sent.complete(null); // outside the lock: it may run callbacks
        }
        ByteBuffer piece = PieceWriter.piece(next);
        if (!next.hasRemaining()) {
            next = NOTHING; // a reader that waits for events must not keep the bytes of its last page
        }
        response.write(lastWritten, piece, this);
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
        completion.complete(null);
    }

    @Override
    protected void onFailure(Throwable cause) {
        List<Parcel> dropped;
        synchronized (this) {
            last = true;
            dropped = takeWaiting();
        }
        completion.completeExceptionally(cause); // first: that the reader has gone is no failure of the parcels' sender
        fail(dropped, cause);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        next = NOTHING; // what refers to this writer for a while must not keep the bytes
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
