package dev.millrace.engine.internal.append;

import dev.millrace.core.Chain;
import dev.millrace.engine.AppendedRecord;
import dev.millrace.engine.internal.commit.WriteTask;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A factory of the requests that create streams and append to them. */
public final class AppendTasks {
    private final StreamCreation streamCreation;
    private final EventClock clock;

    public AppendTasks(StreamCreation streamCreation, EventClock clock) {
        this.streamCreation = streamCreation;
        this.clock = clock;
    }

    public WriteTask<StreamHead> touch(StreamKey stream) {
        return new WriteTask<>(stream, 0, false, commitBatch -> {
            StreamHead head = streamCreation.touch(commitBatch, stream, clock.now());
            return () -> head;
        });
    }

    private static Chain longest(List<PreparedEvent> inputs) {
        return inputs.stream().map(PreparedEvent::chain).reduce(Chain.NONE, Chain::longer);
    }

    /** Appends all inputs or none; creates the stream in both cases. {@code view} is called on a callback thread. */
    public <T> WriteTask<T> request(
            StreamKey stream, List<PreparedEvent> inputs, Function<List<AppendedRecord>, T> view) {
        int bytes = inputs.stream()
                .mapToInt(preparedEvent -> preparedEvent.body().length)
                .sum();
        return new WriteTask<>(stream, bytes, false, commitBatch -> {
            Instant now = clock.now();
            StreamHead head = streamCreation.touch(commitBatch, stream, () -> longest(inputs), now);
            FencingCheck.check(stream, inputs, commitBatch);
            AppendRules.Decision decision = AppendRules.decide(
                    stream,
                    head,
                    inputs,
                    key -> commitBatch.find(stream, key),
                    clock.next(stream, head.lastCreatedAt(), now));
            if (inputs.stream().anyMatch(input -> input.expectedOffset().isPresent())) {
                commitBatch.requireEnd(stream);
            }
            List<EventRecord> records = new ArrayList<>(decision.entries().size());
            decision.entries().forEach(pendingRecord -> records.add(commitBatch.append(stream, pendingRecord)));
            return () -> view.apply(decision.answers().stream()
                    .map(answer -> answer.with(records, commitBatch::stored))
                    .toList());
        });
    }
}
