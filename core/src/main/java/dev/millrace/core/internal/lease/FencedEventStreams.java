package dev.millrace.core.internal.lease;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.Appender;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Streams of a lease holder: each append names the lease. */
public record FencedEventStreams(EventStreams delegate, Fence fence, LeaseHandle lease)
        implements ForwardingEventStreams {
    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return lease.holds(fence) ? watchForFencing(delegate.append(path, fenced(input))) : refused(path);
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return lease.holds(fence)
                ? watchForFencing(delegate.appendAll(
                        path, inputs.stream().map(this::fenced).toList()))
                : refused(path);
    }

    private EventInput fenced(EventInput input) {
        return EventInput.builder()
                .from(input)
                .metadata(fence.asMetadata(input.metadata()))
                .build();
    }

    private <T> CompletableFuture<T> watchForFencing(CompletableFuture<T> answer) {
        return answer.whenComplete((appended, failure) -> {
            if (isFenced(failure)) {
                lease.fenced(fence);
            }
        });
    }

    /** True if an append was refused because a newer lease exists. */
    public static boolean isFenced(@Nullable Throwable failure) {
        return failure != null
                && Appender.unwrap(failure) instanceof StreamException refusal
                && refusal.code() == StreamException.Code.FENCED;
    }

    private <T> CompletableFuture<T> refused(StreamPath path) {
        return CompletableFuture.failedFuture(refusal(path, fence));
    }

    static StreamException refusal(StreamPath path, Fence fence) {
        return new StreamException(
                StreamException.Code.FENCED,
                path,
                "append refused: " + path + "; lease " + fence.epoch() + " of '" + fence.slug() + "' on " + fence.path()
                        + " has ended (this process was suspended, or could not renew it in time); nothing to do: the"
                        + " process with the next lease continues; if this happens often, use a longer time in"
                        + " exclusive(…)");
    }
}
