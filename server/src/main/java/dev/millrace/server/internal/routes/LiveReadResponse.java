package dev.millrace.server.internal.routes;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.SubtreeSink;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.server.internal.formats.EventEncoding;
import dev.millrace.server.internal.http.ErrorResponses;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.ResponseWriter;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one live read: gets events from a tail of the engine and writes them as SSE frames. The next page of
 * events is requested after the last one was written, so a slow reader holds one page in memory and delays no other
 * reader. After each heartbeat without events, an empty comment is sent. If a reader takes no data for {@code
 * slowReaderTimeout}, the answer ends with an error.
 */
public final class LiveReadResponse implements SubtreeSink {
    private static final int PIECE = 64 * 1024;
    private static final long PAGE = 1 << 20;
    static final String STOPPING = "the server is stopping; repeat the request when it runs again";

    private final HttpExchange exchange;
    private final ReadParameters parameters;
    private final Predicate<String> alive;
    private final BooleanSupplier admitted;
    private final boolean mayCreate;
    private final int largestEvent;
    private final Timing timing;
    private final ResponseWriter responseWriter;
    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private volatile Runnable again = this::finish;
    private Timers.@Nullable Timer timer;
    private @Nullable String incarnation;
    private volatile boolean startsOver;
    private Phase phase = Phase.ACCEPTED;
    private volatile boolean dropped;
    private final AtomicBoolean looking = new AtomicBoolean();

    private enum Phase {
        /** Nothing was written yet, so the answer can still be an error. */
        ACCEPTED,
        BEGUN,
        ENDED
    }

    public record Timing(Timers timers, Duration heartbeat, Duration slowReaderTimeout) {}

    /**
     * An answer without a tail yet; see {@link #feedFrom}.
     *
     * @param alive whether an incarnation is still the current one of the stream
     * @param admitted whether the reader still has the right to read; checked after each heartbeat, may block
     * @param mayCreate whether this read may create the stream
     * @param largestEvent bytes of the largest event of the stream
     */
    LiveReadResponse(
            HttpExchange exchange,
            ReadParameters parameters,
            Predicate<String> alive,
            BooleanSupplier admitted,
            boolean mayCreate,
            int largestEvent,
            Timing timing) {
        this.exchange = exchange;
        this.parameters = parameters;
        this.alive = alive;
        this.admitted = admitted;
        this.mayCreate = mayCreate;
        this.largestEvent = largestEvent;
        this.timing = timing;
        this.responseWriter = new ResponseWriter(exchange.response(), timing.timers()::elapsed);
        exchange.memory().droppableReader(this::stalled, this::dropAtOnce);
    }

    /** Completes when the answer has ended, normally or with an error. */
    CompletionStage<Void> completion() {
        return completion;
    }

    /** Whether the reader was dropped as too slow. */
    boolean isDropped() {
        return dropped;
    }

    /** Sets what to do if the stream is destroyed before the answer begins: read its next incarnation. */
    void onStreamGone(Runnable feedAgain) {
        again = feedAgain;
    }

    /** Sets the tail that feeds this answer; the answer closes it at its end. */
    void feedFrom(Subscription tail) {
        boolean tooLate;
        synchronized (this) {
            subscription = tail;
            tooLate = phase == Phase.ENDED;
        }
        if (tooLate) {
            tail.close();
        }
    }

    /**
     * Ends the answer because the server stops: with an error if nothing was written yet, else as if the stream had
     * ended.
     */
    void finish() {
        Phase before = end();
        if (before == Phase.ACCEPTED) {
            refuse(HttpErrorException.unavailable(STOPPING));
        } else if (before == Phase.BEGUN) {
            responseWriter.finish(null);
        }
    }

    @Override
    public boolean onTooShort() {
        startsOver = parameters.returning();
        return startsOver;
    }

    @Override
    public void onConnected(ConnectionInfo now) {
        synchronized (this) {
            if (phase != Phase.ACCEPTED) {
                return; // already refused
            }
            phase = Phase.BEGUN;
            incarnation = now.incarnation();
            LiveReadHeaders.put(
                    exchange.response().getHeaders(),
                    EventEncoding.EVENT_STREAM.contentType(),
                    now.watermark(),
                    now.incarnation(),
                    timing.timers().now());
            if (parameters.subtree()) {
                exchange.response().getHeaders().put(LiveReadHeaders.SUBTREE, "true");
            }
            exchange.response().setStatus(200);
            exchange.request().addIdleTimeoutListener(timeout -> false);
        }
        responseWriter.completion().whenComplete((done, failure) -> {
            end();
            if (failure == null) {
                exchange.end();
                completion.complete(null);
            } else {
                exchange.abort(failure);
                completion.completeExceptionally(failure);
            }
        });
        responseWriter.send(EventEncoding.comment());
        if (startsOver && parameters.caughtUp()) {
            responseWriter.send(EventEncoding.destroyed());
        }
        scheduleCheck(timing.heartbeat());
    }

    @Override
    public CompletionStage<Void> makeRoom() {
        return exchange.memory().takeForLive(PAGE + PIECE + 2L * largestEvent);
    }

    @Override
    public void onNothingRead() {
        exchange.memory().giveForLive();
    }

    @Override
    public CompletionStage<Void> onRecords(List<EventRecord> page) {
        if (hasEnded()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the answer has ended"));
        }
        Set<String> types = parameters.types();
        List<EventRecord> wanted = types.isEmpty()
                ? page
                : page.stream().filter(event -> types.contains(event.type())).toList();
        if (wanted.isEmpty()) {
            exchange.memory().giveForLive();
            return CompletableFuture.completedFuture(null);
        }
        return exchange.memory()
                .keepForLive(memory(wanted))
                .thenCompose(taken -> responseWriter.send(new Pieces(wanted.iterator(), parameters.subtree())))
                .whenComplete((sent, failure) -> exchange.memory().giveForLive());
    }

    /** A page, and a piece of it that is encoded: it ends with the event that makes it large enough. */
    private static long memory(List<EventRecord> page) {
        long bytes = 0;
        long largest = 0;
        for (EventRecord event : page) {
            bytes += event.size();
            largest = Math.max(largest, event.size());
        }
        return bytes + Math.min(bytes, PIECE + largest);
    }

    @Override
    public boolean mayCreate() {
        return mayCreate;
    }

    @Override
    public void onCaughtUp(long watermark) {
        if (parameters.caughtUp() && !hasEnded()) {
            responseWriter.send(
                    parameters.subtree()
                            ? EventEncoding.caughtUpInSubtree(watermark)
                            : EventEncoding.caughtUp(watermark));
        }
    }

    @Override
    public CompletionStage<Void> onStandings(List<EventStore.Standing> page) {
        return responseWriter.send(page.stream().map(EventEncoding::standing).iterator());
    }

    @Override
    public void onDestroyed(StreamPath path) {
        if (parameters.caughtUp() && !hasEnded()) {
            responseWriter.send(EventEncoding.destroyed(path));
        }
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        String begunIncarnation;
        boolean goneTooSoon;
        synchronized (this) {
            begunIncarnation = incarnation;
            goneTooSoon = phase == Phase.ACCEPTED && failure == null;
        }
        if (goneTooSoon) {
            again.run();
            return;
        }
        if (end() == Phase.ENDED) {
            return;
        }
        if (failure instanceof UnsupportedOperationException cannot) {
            refuse(HttpErrorException.badRequest("subtree", String.valueOf(cannot.getMessage())));
        } else if (begunIncarnation == null) {
            refuse(failure != null ? failure : HttpErrorException.unavailable(STOPPING));
        } else if (failure != null) {
            responseWriter.finish(EventEncoding.error(ErrorResponses.of(failure).json()));
        } else {
            if (parameters.caughtUp() && !alive.test(begunIncarnation)) {
                responseWriter.send(EventEncoding.destroyed());
            }
            responseWriter.finishAfterAll();
        }
    }

    private void refuse(Throwable reason) {
        StreamLookup.fail(exchange, parameters, reason);
        completion.complete(null);
    }

    private synchronized boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    /** Stops the tail and the timer; returns the phase before that. */
    private Phase end() {
        Phase before;
        Subscription tail;
        synchronized (this) {
            before = phase;
            if (before == Phase.ENDED) {
                return before;
            }
            phase = Phase.ENDED;
            tail = subscription;
            if (timer != null) {
                timer.cancel();
            }
        }
        if (tail != null) {
            tail.close();
        }
        return before;
    }

    private synchronized void scheduleCheck(Duration delay) {
        if (phase != Phase.ENDED) {
            timer = timing.timers().after(delay, this::dropOrSendHeartbeat);
        }
    }

    private Duration stalled() {
        return responseWriter.stalled().orElse(Duration.ZERO);
    }

    private void dropOrSendHeartbeat() {
        Duration stalled = stalled();
        if (stalled.compareTo(timing.slowReaderTimeout()) >= 0) {
            drop(stalled);
            return;
        }
        expelIfRevoked();
        Duration quiet = responseWriter.quiet();
        if (quiet.compareTo(timing.heartbeat()) >= 0) {
            responseWriter.sendIfIdle(EventEncoding.comment());
            quiet = Duration.ZERO;
        }
        Duration rest = timing.slowReaderTimeout().minus(stalled);
        Duration next = timing.heartbeat().minus(quiet);
        scheduleCheck(rest.compareTo(next) < 0 ? rest : next);
    }

    /** Checks the token on the executor, because it may read a file; one check at a time. */
    private void expelIfRevoked() {
        if (looking.compareAndSet(false, true)) {
            exchange.executor().execute(() -> {
                boolean holds = admitted.getAsBoolean();
                looking.set(false);
                if (!holds) {
                    expel();
                }
            });
        }
    }

    private void expel() {
        if (end() != Phase.ENDED) {
            responseWriter.finish(EventEncoding.error(ErrorResponses.of(HttpErrorException.unauthorized(
                            "the token has expired or was revoked; reconnect with another", true))
                    .json()));
        }
    }

    /** Sends the error and aborts after one more heartbeat: a reader that takes nothing cannot get the error either. */
    private void drop(Duration stalled) {
        if (end() == Phase.ENDED) {
            return;
        }
        dropped = true;
        HttpErrorException reason = tooSlow(stalled, "");
        responseWriter.finish(EventEncoding.error(ErrorResponses.of(reason).json()));
        timing.timers().after(timing.heartbeat(), () -> exchange.abort(reason));
    }

    /** Aborts: the bytes of a write that waits for the reader stay in memory until then. */
    private void dropAtOnce() {
        if (end() == Phase.ENDED) {
            return;
        }
        dropped = true;
        exchange.abort(tooSlow(stalled(), ", and others need the memory of its page"));
        responseWriter.finish(null); // if no write was running, this one fails and so completes the answer
    }

    private static HttpErrorException tooSlow(Duration stalled, String why) {
        return HttpErrorException.unavailable("the reader is too slow: it read nothing for " + stalled.toMillis()
                + " ms" + why + "; reconnect with Last-Event-ID and read faster");
    }

    /** Events as SSE frames, in pieces so small that each completed write shows that the reader is alive. */
    private record Pieces(Iterator<EventRecord> events, boolean subtree) implements Iterator<byte[]> {
        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public byte[] next() {
            if (!events.hasNext()) {
                throw new NoSuchElementException();
            }
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            while (events.hasNext() && piece.size() < PIECE) {
                if (subtree) {
                    EventEncoding.encodeInSubtree(events.next(), piece);
                } else {
                    EventEncoding.EVENT_STREAM.encode(events.next(), false, piece);
                }
            }
            return piece.toByteArray();
        }
    }
}
