package dev.millrace.engine;

import dev.millrace.core.AppendResult;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.engine.internal.tail.SubscriberSink;
import dev.millrace.engine.internal.tail.SubtreeSubscriberSink;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The {@link EventStreams} of one project, on an engine in the same process. Thread-safe. */
final class EngineEventStreams implements EventStreams {
    private final StreamEngine engine;
    private final ProjectSlug project;

    EngineEventStreams(StreamEngine engine, ProjectSlug project) {
        this.engine = engine;
        this.project = project;
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return encoded(path, List.of(input), answers -> appended(answers.get(0)));
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return encoded(
                path,
                inputs,
                answers -> answers.stream().map(EngineEventStreams::appended).toList());
    }

    private <T> CompletableFuture<T> encoded(
            StreamPath path, List<EventInput> inputs, Function<List<AppendedRecord>, T> view) {
        List<byte[]> encoded = new ArrayList<>(inputs.size());
        try {
            inputs.forEach(input -> encoded.add(JsonCodec.write(JsonCodec.toTree(input))));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new StreamException(
                    Code.BAD_REQUEST,
                    path,
                    "append refused: " + path + "; the input cannot be written as JSON: " + e.getMessage()
                            + "; correct its payload",
                    e));
        }
        return engine.append(new StreamKey(project, path), encoded, type -> {}, view);
    }

    private static AppendResult appended(AppendedRecord answer) {
        return new AppendResult(JsonCodec.readEvent(answer.event().json()), answer.replayed(), answer.diverged());
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        RecordRange records = new RecordRange(
                range.afterOffset(),
                range.beforeOffset().orElse(Long.MAX_VALUE),
                range.types(),
                range.limit().orElse(Integer.MAX_VALUE),
                range.descending());
        return engine.scan(new StreamKey(project, path), records, record -> JsonCodec.readEvent(record.json()));
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return engine.tail(new StreamKey(project, path), afterOffset, ended -> new SubscriberSink(subscriber, ended));
    }

    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        return engine.tailSubtree(
                new StreamKey(project, path),
                Long.MAX_VALUE,
                true,
                ended -> new SubtreeSubscriberSink(subscriber, ended));
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        return engine.state(project, path);
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path, long at) {
        Optional<StreamHead> head;
        try {
            head = engine.head(project, path);
        } catch (StreamException e) {
            return CompletableFuture.failedFuture(e);
        }
        return head.map(known -> engine.state(project, path, known, OptionalLong.of(at), name -> true))
                .orElseGet(() -> CompletableFuture.failedFuture(new StreamException(
                        Code.STREAM_NOT_FOUND,
                        path,
                        "state failed: there is no stream " + path + " in project " + project
                                + ", and a state at an offset does not create it; append to it first")));
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return engine.list(project, path);
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        return engine.fork(project, from, at, to).thenApply(head -> null);
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        return engine.destroy(project, path, children);
    }
}
