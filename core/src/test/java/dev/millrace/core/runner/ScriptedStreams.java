package dev.millrace.core.runner;

import dev.millrace.core.AppendResult;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Streams whose answers the test gives itself: late, in any order, or as refusals. */
public final class ScriptedStreams implements EventStreams {
    /** An append that waits for its answer. */
    public record Call(StreamPath path, EventInput input, CompletableFuture<AppendResult> answer) {
        public void store(long offset) {
            answer.complete(new AppendResult(event(path, offset, input), false, false));
        }

        public void refuse(StreamException.Code code) {
            answer.completeExceptionally(new StreamException(code, path, "refused with " + code));
        }
    }

    /** A read that waits for its answer. */
    public record Read(ReadRange range, CompletableFuture<List<Event>> answer) {}

    public final List<Call> calls = new ArrayList<>();
    public final List<Read> reads = new ArrayList<>();
    public final List<Subscriber> subscribers = new ArrayList<>();
    private boolean throwing;

    /** From now on appends throw. */
    public void throwOnAppend() {
        throwing = true;
    }

    /** The types of all sent events, in order. */
    public List<String> sent() {
        return calls.stream().map(call -> call.input().type()).toList();
    }

    /** The newest append. */
    public Call last() {
        return calls.get(calls.size() - 1);
    }

    /** The appends that wait for an answer, oldest first. */
    public List<Call> open() {
        return calls.stream().filter(call -> !call.answer().isDone()).toList();
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        if (throwing) {
            throw new IllegalStateException("broken port");
        }
        Call call = new Call(path, input, new CompletableFuture<>());
        calls.add(call);
        return call.answer();
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        Read read = new Read(range, new CompletableFuture<>());
        reads.add(read);
        return read.answer();
    }

    public static Event event(StreamPath path, long offset, EventInput input) {
        Event.Builder event = Event.builder();
        event.path(path)
                .offset(offset)
                .type(input.type())
                .payloadJson(input.payload())
                .metadata(input.metadata())
                .idempotencyKey(input.idempotencyKey())
                .createdAt(Instant.EPOCH);
        return event.build();
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        throw new UnsupportedOperationException("no runner appends batches");
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        throw new UnsupportedOperationException("no runner asks for state");
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        throw new UnsupportedOperationException("no runner lists");
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        throw new UnsupportedOperationException("no runner forks");
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        throw new UnsupportedOperationException("no runner destroys");
    }
}
