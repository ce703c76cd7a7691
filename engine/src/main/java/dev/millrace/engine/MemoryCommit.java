package dev.millrace.engine;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A proposal that is made into streams, which replace those of the store at the end. For one thread. */
final class MemoryCommit {
    private final Function<StreamKey, Optional<MemoryLog>> committed;
    private final Map<StreamKey, StagedStream> streams = new LinkedHashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<LogEntry.Removed> removals = new ArrayList<>();
    private long lastPosition;

    MemoryCommit(Function<StreamKey, Optional<MemoryLog>> committed, long lastPosition) {
        this.committed = committed;
        this.lastPosition = lastPosition;
    }

    Map<StreamKey, StagedStream> streams() {
        return streams;
    }

    List<Placement> placements() {
        return placements;
    }

    /** The removals of streams, in order. */
    List<LogEntry.Removed> removals() {
        return removals;
    }

    long lastPosition() {
        return lastPosition;
    }

    private StagedStream stream(StreamKey key) {
        return streams.computeIfAbsent(key, any -> new StagedStream(committed.apply(any)));
    }

    void check(Belief belief) {
        StagedStream stream = stream(belief.stream());
        if (!stream.isTrue(belief)) {
            throw new StaleFactsException("not true: " + belief);
        }
    }

    void make(Change change) {
        if (change instanceof Change.Append append) {
            append(append);
        } else if (change instanceof Change.Copy copy) {
            copy(copy);
        } else if (change instanceof Change.SaveCursor save) {
            stream(save.stream()).saveCursor(save.processor(), save.cursor());
        } else {
            remove(change.stream());
        }
    }

    private void remove(StreamKey key) {
        StagedStream stream = stream(key);
        StreamHead head = stream.head().orElseThrow(() -> new IllegalArgumentException("cannot remove " + key
                + ": it does not exist"));
        placements.add(new Placement(++lastPosition, head.lastOffset(), head.lastCreatedAt()));
        removals.add(new LogEntry.Removed(lastPosition, key));
        stream.remove();
    }

    private void append(Change.Append append) {
        StagedStream stream = stream(append.stream());
        append.idempotencyKey().filter(key -> stream.find(key).isPresent()).ifPresent(key -> {
            throw new StaleFactsException("the idempotency key '" + key + "' is taken on " + append.stream());
        });
        Optional<StreamHead> head = stream.head();
        Instant newest = head.map(StreamHead::lastCreatedAt).orElse(Instant.MIN);
        Placement placement = new Placement(
                ++lastPosition,
                head.map(StreamHead::lastOffset).orElse(0L) + 1,
                append.createdAt().isBefore(newest) ? newest : append.createdAt());
        placements.add(placement);
        stream.append(
                new StreamHead(append.incarnation(), placement.offset(), placement.createdAt(), append.paused()),
                append.at(placement));
    }

    private void copy(Change.Copy copy) {
        StagedStream target = stream(copy.stream());
        String incarnation = target.head().orElseThrow().incarnation();
        for (EventRecord record : stream(copy.source()).records(copy.afterOffset(), copy.throughOffset())) {
            target.append(
                    new StreamHead(incarnation, record.offset(), record.createdAt(), copy.paused()),
                    new EventRecord(
                            ++lastPosition,
                            copy.stream().path(),
                            record.offset(),
                            record.createdAt(),
                            record.type(),
                            record.idempotencyKey(),
                            record.body()));
        }
    }
}
