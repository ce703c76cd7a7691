package dev.millrace.processors.agent.app;

import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an agent does about a message: it follows the stream until the answer is complete. If a newer message interrupts
 * the answer, the answer to both ends it. Safe for use by many threads. It ends by itself; {@link #close} ends it early,
 * and does not stop the agent.
 *
 * @since 0.1
 */
public final class Turn implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Turn.class.getName());
    private static final Duration READ_LIMIT = Duration.ofSeconds(30);
    private static final int PAGE = 1000;

    private final EventStreams streams;
    private final StreamPath path;
    private final long input;
    private final AtomicLong written;
    private final long through;
    private final TurnState state;
    private final List<Event> events = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private Optional<AgentFailure> ended = Optional.empty();
    private @Nullable Subscription subscription;
    private long delivered;
    private boolean isDone;

    /** A condition that a caller waits for. */
    private record Waiter(Predicate<TurnState> condition, CompletableFuture<Void> met) {}

    /** A consumer, and how far it is in {@link #events}. One thread at a time is in it. */
    private static final class Listener {
        private final Consumer<Event> consumer;
        private int next;
        private boolean isBusy;

        Listener(Consumer<Event> consumer) {
            this.consumer = consumer;
        }

        /** Calls the consumer. What it throws is its own matter: the turn goes on. */
        void call(Event event) {
            try {
                consumer.accept(event);
            } catch (RuntimeException | Error thrown) {
                LOG.log(
                        Level.WARNING,
                        "a consumer of a turn threw at " + event.path() + "@" + event.offset()
                                + "; it gets later events",
                        thrown);
            }
        }
    }

    private Turn(EventStreams streams, StreamPath path, long input, long through, AtomicLong written) {
        this.streams = streams;
        this.path = path;
        this.input = input;
        this.through = through;
        this.written = written;
        this.state = new TurnState(input);
    }

    /**
     * Follows the answer to an input.
     *
     * @param through the newest offset of the log; how the agent was before it does not end the turn
     * @param written the newest offset that the conversation has written: a wait does not end before this event is seen,
     *     so an approval that was just given does not look open
     */
    static Turn follow(EventStreams streams, StreamPath path, long input, long through, AtomicLong written) {
        Turn turn = new Turn(streams, path, input, through, written);
        Subscription made = streams.subscribe(path, Math.max(0, input - 1), turn.new Follower());
        synchronized (turn) {
            turn.subscription = made;
        }
        turn.releaseIfDone();
        return turn;
    }

    /**
     * Calls the consumer with each piece of the text of the model, also with those that have arrived already, in order. It
     * is called by the thread that calls this method or by one of the streams, by one at a time. A request that is repeated
     * after an interruption gives its text again. The consumer may block, but must not wait for this turn. If it throws,
     * that is logged, and it gets the next piece. After the end of the turn, the pieces are read from the log.
     */
    public Turn onText(Consumer<String> consumer) {
        return onEvent(new TextPieces(consumer));
    }

    /** As {@link #onText}, with each event of the stream since the message, decoded as far as it is one of an agent. */
    public Turn onEvent(Consumer<Event> consumer) {
        Listener listener = new Listener(consumer);
        long last;
        synchronized (this) {
            last = isDone ? state.seen() : 0;
            if (!isDone) {
                listeners.add(listener);
            }
        }
        if (last > 0) {
            readAgain(last).forEach(listener::call);
        } else {
            deliver(listener);
        }
        return this;
    }

    /** Calls a consumer, without a lock, with what it has not seen; nothing if another thread is in it, which goes on. */
    private void deliver(Listener listener) {
        while (true) {
            Event event;
            synchronized (this) {
                if (listener.isBusy) {
                    return;
                }
                if (listener.next >= events.size()) {
                    forgetIfDone();
                    return;
                }
                listener.isBusy = true;
                event = events.get(listener.next++);
            }
            try {
                listener.call(event);
            } finally {
                synchronized (this) {
                    listener.isBusy = false;
                }
            }
        }
    }

    private List<Event> readAgain(long last) {
        BlockingEventStreams log = streams.blocking(READ_LIMIT);
        List<Event> all = new ArrayList<>();
        long from = Math.max(0, input - 1);
        while (from < last) {
            List<Event> page = log.read(
                    path,
                    ReadRange.builder()
                            .afterOffset(from)
                            .beforeOffset(last + 1)
                            .limit(PAGE)
                            .build());
            page.forEach(event -> all.add(event.decodedBy(AgentEvent.catalog())));
            from = page.size() < PAGE ? last : page.get(page.size() - 1).offset();
        }
        return all;
    }

    /** The calls that wait for an approval now. */
    public synchronized List<Approval> approvals() {
        return state.approvals();
    }

    /** Whether the agent has ended all work for the message. */
    public synchronized boolean isDone() {
        return isDone;
    }

    /**
     * Waits until the agent has answered, failed, or only waits for approvals.
     *
     * @throws AgentFailure with the code {@code timeout} if that takes longer
     */
    public Turn awaitPause(Duration limit) {
        await(now -> isOver(now) || isPaused(now), limit);
        return this;
    }

    /**
     * Waits for the answer, also while calls wait for an approval.
     *
     * @throws AgentFailure if the request failed or was stopped, or with the code {@code timeout} if it takes longer
     */
    public Reply await(Duration limit) {
        await(Turn::isOver, limit);
        synchronized (this) {
            ended.or(state::failure).ifPresent(failure -> {
                throw failure;
            });
            return state.reply()
                    .orElseThrow(() -> new AgentFailure("stream-ended", "the turn at " + path + " was closed"));
        }
    }

    private static boolean isOver(TurnState now) {
        return now.failure().isPresent() || now.isIdle();
    }

    private static boolean isPaused(TurnState now) {
        return !now.approvals().isEmpty() && now.state().calls().onlyWait();
    }

    private void await(Predicate<TurnState> condition, Duration limit) {
        Waiter waiter = new Waiter(condition, new CompletableFuture<>());
        synchronized (this) {
            if (ended.isPresent() || isDone || isMet(condition)) {
                return;
            }
            waiters.add(waiter);
        }
        try {
            waiter.met().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException tooLong) {
            throw new AgentFailure(
                    "timeout",
                    "no answer at " + path + " within " + limit + "; " + describe()
                            + "; wait again, or see whether the agent and its tool hosts run");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AgentFailure("timeout", "the wait for an answer at " + path + " was interrupted");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            synchronized (this) {
                waiters.remove(waiter);
            }
        }
    }

    private boolean isMet(Predicate<TurnState> condition) {
        // The consumers know the last piece before a caller knows that it was the last one.
        return delivered == state.seen() && delivered >= Math.max(through, written.get()) && condition.test(state);
    }

    private synchronized String describe() {
        List<Approval> asks = state.approvals();
        return asks.isEmpty()
                ? "the agent is " + (state.state().status().working() ? "working" : "idle") + " ("
                        + state.state().status().reason() + ")"
                : asks.size() + " calls wait for an approval, the first is "
                        + asks.get(0).summary();
    }

    /** Ends the connection. The agent goes on. */
    @Override
    public void close() {
        synchronized (this) {
            isDone = true;
        }
        releaseIfDone();
    }

    /** Lets go of the connection, the events and the consumers when the turn has ended. */
    private void releaseIfDone() {
        Subscription open;
        synchronized (this) {
            if (!isDone) {
                return;
            }
            open = subscription;
            subscription = null;
            forgetIfDone();
        }
        if (open != null) {
            open.close();
        }
    }

    /** With the lock. A consumer that another thread still serves keeps the events that it has not seen. */
    private void forgetIfDone() {
        if (isDone) {
            listeners.removeIf(listener -> !listener.isBusy && listener.next >= events.size());
            if (listeners.isEmpty()) {
                events.clear();
            }
        }
    }

    private final class Follower implements Subscriber {
        @Override
        public void onEvent(Event raw) {
            Event event = raw.decodedBy(AgentEvent.catalog());
            List<Listener> called;
            synchronized (Turn.this) {
                if (isDone) {
                    return;
                }
                state.fold(raw);
                events.add(event);
                called = List.copyOf(listeners);
            }
            called.forEach(Turn.this::deliver);
            synchronized (Turn.this) {
                delivered = raw.offset();
                isDone |= delivered >= through && (state.isIdle() || state.isHalted());
                waiters.removeIf(waiter ->
                        (isDone || isMet(waiter.condition())) && waiter.met().complete(null));
            }
            releaseIfDone();
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            synchronized (Turn.this) {
                if (!isDone) {
                    ended = Optional.of(new AgentFailure(
                            "stream-ended",
                            failure == null
                                    ? "the stream " + path + " was destroyed, or the turn was closed"
                                    : "the stream " + path + " cannot be followed: " + failure.getMessage()));
                    isDone = true;
                }
                waiters.forEach(waiter -> waiter.met().complete(null));
                waiters.clear();
            }
            releaseIfDone();
        }
    }

    /** The pieces of text in events; an item without chunks is one piece. */
    private static final class TextPieces implements Consumer<Event> {
        private final Consumer<String> consumer;
        private final Set<Integer> inChunks = new HashSet<>();

        TextPieces(Consumer<String> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void accept(Event event) {
            if (event.payload() instanceof RequestStarted) {
                inChunks.clear();
            } else if (event.payload() instanceof ChunkAdded chunk
                    && chunk.kind().equals("text")) {
                inChunks.add(chunk.outputIndex());
                consumer.accept(chunk.text());
            } else if (event.payload() instanceof ItemCompleted item
                    && !item.text().isEmpty()
                    && !inChunks.contains(item.outputIndex())) {
                consumer.accept(item.text());
            }
        }
    }
}
