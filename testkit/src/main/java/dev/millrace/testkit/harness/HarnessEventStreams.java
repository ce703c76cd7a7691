package dev.millrace.testkit.harness;

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
import dev.millrace.testkit.internal.event.EngineCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The streams of one run of a processor in a harness. Each call and each result is a step of {@link StepScheduler}. */
final class HarnessEventStreams implements EventStreams {
    private final HarnessNetwork network;
    private final RunScope runScope;

    HarnessEventStreams(HarnessNetwork network, RunScope runScope) {
        this.network = network;
        this.runScope = runScope;
    }

    private <T> CompletableFuture<T> call(StreamPath path, Function<EventStreams, CompletableFuture<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        network.steps().add(this, runScope, () -> {
            if (network.isDown()) {
                answer(() -> result.completeExceptionally(new StreamException(
                        StreamException.Code.UNAVAILABLE, path, "the harness is disconnected: " + path)));
                return;
            }
            try {
                T value = EngineCalls.await(call.apply(network.engine()));
                answer(() -> result.complete(value));
            } catch (StreamException refused) {
                answer(() -> result.completeExceptionally(refused));
            }
            network.changed();
        });
        return result;
    }

    /** Delivers a result in a separate step, so that the run can end, or others can act, before it knows the result. */
    private void answer(Runnable completion) {
        network.steps().add(runScope, runScope, completion);
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return call(path, streams -> streams.append(path, input));
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return call(path, streams -> streams.appendAll(path, inputs));
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        return call(path, streams -> {
            network.readable(path);
            return streams.read(path, range);
        });
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        HarnessSubscription link = new HarnessSubscription(network, runScope, path, afterOffset, subscriber);
        network.add(link);
        link.connect(Duration.ZERO);
        return link;
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        return call(path, streams -> streams.state(path));
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path, long at) {
        return call(path, streams -> streams.state(path, at));
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return call(path, streams -> streams.list(path));
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        return call(from, streams -> streams.fork(from, at, to));
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        return call(path, streams -> streams.destroy(path, children));
    }
}
