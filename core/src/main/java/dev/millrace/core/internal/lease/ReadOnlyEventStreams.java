package dev.millrace.core.internal.lease;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Streams of a process that is in STANDBY: appends are refused. */
record ReadOnlyEventStreams(EventStreams delegate) implements ForwardingEventStreams {
    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return refused(path);
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return refused(path);
    }

    private static <T> CompletableFuture<T> refused(StreamPath path) {
        return CompletableFuture.failedFuture(new StreamException(
                StreamException.Code.FENCED,
                path,
                "append refused: " + path
                        + "; this process is in STANDBY; nothing to do: only the lease holder appends"));
    }
}
