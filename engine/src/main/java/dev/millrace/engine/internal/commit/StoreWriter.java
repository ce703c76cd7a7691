package dev.millrace.engine.internal.commit;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.BlockingCall;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.engine.spi.UncertainCommitException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The writer of the store. One thread at a time takes the queued requests as a group and stores them with one commit.
 * After the commit it wakes the tails, then answers the callers. A refused request does not affect the others; a failure
 * of the store fails all requests of the group.
 *
 * <p>The thread is the writer thread, or a caller that waits for its request ({@link BlockingCall}): that one writes the
 * groups up to its own, and while it does, the requests of others become the next group. So a single caller needs no
 * other thread.
 */
public final class StoreWriter {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final Duration CURSOR_DELAY = Duration.ofMillis(20);
    private static final Duration ANSWER_DELAY = Duration.ofMillis(20);

    /** How often a group is decided if another process changes what it depends on. */
    private static final int MOST_DECISIONS = 100;

    private final EventStore store;
    private final WriteQueue writeQueue;
    private final CallbackExecutor callbackExecutor;
    private final Timers timers;
    private final ActivityCounter activity;
    private final CommitFeed feed;
    private final AtomicBoolean cursorsDue = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    public StoreWriter(
            EventStore store,
            WriteQueue writeQueue,
            CallbackExecutor callbackExecutor,
            Timers timers,
            ActivityCounter activity,
            CommitFeed feed) {
        this.store = store;
        this.writeQueue = writeQueue;
        this.callbackExecutor = callbackExecutor;
        this.timers = timers;
        this.activity = activity;
        this.feed = feed;
    }

    public void start() {
        Thread thread = new Thread(this::write, "millrace-writer");
        thread.setDaemon(true);
        thread.start();
    }

    /** Queues a request and returns its future. In a {@link BlockingCall} it is complete, unless the call lasts long. */
    public <T> CompletableFuture<T> submit(WriteTask<T> writeTask) {
        Optional<Duration> limit = BlockingCall.limit().filter(any -> !NonBlockingThread.isCurrent());
        limit.ifPresent(any -> writeTask.awaitHere());
        activity.begin();
        boolean queued = false;
        try {
            writeQueue.offer(writeTask);
            queued = true;
        } catch (StreamException e) {
            writeTask.future().completeExceptionally(e);
        } finally {
            if (!queued) {
                activity.end();
            }
        }
        if (queued && limit.isPresent()) {
            await(writeTask, limit.get());
        }
        return writeTask.future();
    }

    /** Writes groups, or waits for the threads that do, until a request of this thread is done. */
    private void await(WriteTask<?> writeTask, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!writeTask.deliver()) {
            Optional<WriteQueue.WriteGroup> group = writeQueue.tryTake();
            long left = end - System.nanoTime();
            if (group.isPresent()) {
                writeInTurn(group.get());
            } else if (left > 0 && !Thread.currentThread().isInterrupted()) {
                park(writeTask, left);
            } else if (writeTask.leave()) {
                writeQueue.wakeNext();
                return;
            }
        }
    }

    /** Waits for the outcome or for the turn. The lock of the queue may have used up the wake-up of the outcome. */
    private void park(WriteTask<?> writeTask, long nanos) {
        if (writeTask.waiter() != null) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    /**
     * Saves the progress of a hosted processor with the next group, or after 20 ms if there is none. If there are
     * several cursors for one processor and stream, only the newest is saved. Returns at once.
     */
    public void saveCursorSoon(StreamKey stream, String processor, EventStore.Cursor cursor) {
        writeQueue.addCursor(new CursorKey(stream, processor), cursor);
        if (cursorsDue.compareAndSet(false, true)) {
            timers.after(CURSOR_DELAY, () -> {
                cursorsDue.set(false);
                writeQueue.flushCursors();
            });
        }
    }

    /** The number of waiting requests; for tests. */
    public int queued() {
        return writeQueue.size();
    }

    /** Refuses later requests; queued ones are still done. */
    public void close() {
        writeQueue.close();
    }

    /** Fails the requests that are still queued. */
    public void abandon() {
        for (WriteTask<?> writeTask : writeQueue.abandon()) {
            stopped(writeTask);
            activity.end();
        }
    }

    /** Does nothing if the request was answered. */
    private void stopped(WriteTask<?> writeTask) {
        answer(
                writeTask,
                () -> writeTask.fail(
                        Code.UNAVAILABLE,
                        "the engine stopped before it was stored",
                        "send it after the restart",
                        null));
    }

    /** Completes after {@link #close}, when all queued requests are done. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void write() {
        try {
            Optional<WriteQueue.WriteGroup> next = writeQueue.take();
            while (next.isPresent()) {
                writeInTurn(next.get());
                next = writeQueue.take();
            }
        } catch (Throwable e) { // after any failure: no caller may wait for a thread that has ended
            giveUp(e);
        } finally {
            ended.complete(null);
        }
    }

    /** Writes a group and ends the turn of this thread. After an unexpected failure nothing is stored any more. */
    private void writeInTurn(WriteQueue.WriteGroup group) {
        try {
            write(group);
        } catch (Throwable e) {
            giveUp(e);
            group.requests().forEach(this::stopped);
        } finally {
            group.requests().forEach(answered -> activity.end());
            writeQueue.endTurn();
        }
    }

    private void giveUp(Throwable cause) {
        writeQueue.close();
        abandon();
        String what = cause instanceof InterruptedException ? "was interrupted" : "failed";
        LOG.log(Level.ERROR, "the writer " + what + "; the engine stores nothing any more; restart it", cause);
    }

    private void write(WriteQueue.WriteGroup taken) {
        CommitBatch commitBatch;
        try {
            commitBatch = commit(taken);
        } catch (RuntimeException | Error e) {
            failed(taken, e);
            return;
        }
        try {
            feed.publish(commitBatch);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a group is stored, but live tails and hosted processors could not be notified", e);
        } finally {
            taken.requests().forEach(writeTask -> answer(writeTask, writeTask::answer));
        }
    }

    /**
     * Answers a caller that waits on its own thread, others on a callback thread. If there is none for an answer, it is
     * delivered later; the other answers and this thread continue.
     */
    private void answer(WriteTask<?> writeTask, Runnable answer) {
        if (!writeTask.beginAnswer() || writeTask.serve(answer)) {
            return;
        }
        try {
            callbackExecutor.answer(answer);
        } catch (RuntimeException | Error e) {
            answerLater();
            LOG.log(Level.ERROR, "an answer could not be delivered; trying again every " + ANSWER_DELAY, e);
        }
    }

    private void answerLater() {
        timers.after(ANSWER_DELAY, () -> {
            try {
                callbackExecutor.answerWaiting();
            } catch (RuntimeException | Error e) {
                answerLater();
            }
        });
    }

    private CommitBatch commit(WriteQueue.WriteGroup taken) {
        for (int attempt = 1; ; attempt++) {
            try {
                CommitBatch commitBatch = new CommitBatch(store.facts());
                taken.requests().forEach(writeTask -> writeTask.run(commitBatch));
                taken.cursors().forEach(commitBatch::saveCursor);
                feed.commit(commitBatch);
                return commitBatch;
            } catch (StaleFactsException e) {
                if (attempt == MOST_DECISIONS) {
                    throw e;
                }
            }
        }
    }

    private void failed(WriteQueue.WriteGroup taken, Throwable cause) {
        writeQueue.restoreCursors(taken.cursors());
        if (cause.getCause() instanceof UnsupportedOperationException cannot) {
            taken.requests().forEach(writeTask -> answer(writeTask, () -> refuse(writeTask, cannot)));
            return;
        }
        Code code = cause instanceof StaleFactsException ? Code.UNAVAILABLE : Code.INTERNAL;
        String why = why(cause);
        for (WriteTask<?> writeTask : taken.requests()) {
            answer(writeTask, () -> writeTask.fail(code, why, "send it again with the same idempotency key", cause));
        }
        LOG.log(Level.ERROR, "a group of " + taken.requests().size() + " requests could not be stored", cause);
    }

    private static String why(Throwable cause) {
        if (cause instanceof StaleFactsException) {
            return "other processes changed the store during " + MOST_DECISIONS + " attempts: " + cause.getMessage();
        }
        return cause.getCause() instanceof UncertainCommitException
                ? "it is not known whether it is stored, the store failed: " + cause.getMessage()
                : "the store failed: " + cause.getMessage();
    }

    /** The same request would fail again, so this is a {@code BAD_REQUEST}. */
    private static void refuse(WriteTask<?> writeTask, UnsupportedOperationException cannot) {
        writeTask.fail(
                Code.BAD_REQUEST,
                "the store cannot do this: " + cannot.getMessage(),
                "use a store that supports it",
                cannot);
    }
}
