package dev.millrace.testkit.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A reader of a stream, page by page, up to the last event at its start. Not thread-safe. */
final class StreamRecorder {
    private static final int PAGE = 250;
    private static final long MOST_SECONDS = 60;

    private final EventStreams streams;
    private final StreamPath path;
    private final UnaryOperator<ObjectNode> redaction;

    StreamRecorder(EventStreams streams, StreamPath path, UnaryOperator<ObjectNode> redaction) {
        this.streams = streams;
        this.path = path;
        this.redaction = redaction;
    }

    List<Event> read(ReadRange range) {
        List<Event> events = new ArrayList<>();
        long after = range.afterOffset();
        long before = range.beforeOffset().orElseGet(this::end);
        int left = range.limit().orElse(Integer.MAX_VALUE);
        boolean more = true;
        while (more && left > 0) {
            int size = Math.min(left, PAGE);
            List<Event> page = page(ReadRange.builder()
                    .afterOffset(after)
                    .beforeOffset(OptionalLong.of(before))
                    .types(range.types())
                    .limit(OptionalInt.of(size))
                    .descending(range.descending())
                    .build());
            page.forEach(event -> events.add(recorded(event)));
            left -= page.size();
            more = page.size() == size;
            if (more && range.descending()) {
                before = page.get(size - 1).offset();
            } else if (more) {
                after = page.get(size - 1).offset();
            }
        }
        if (range.descending()) {
            Collections.reverse(events);
        }
        return List.copyOf(events);
    }

    /** The offset after the newest event. */
    private long end() {
        List<Event> newest = page(
                ReadRange.builder().descending(true).limit(OptionalInt.of(1)).build());
        return newest.isEmpty() ? 1 : newest.get(0).offset() + 1;
    }

    private Event recorded(Event event) {
        return JsonCodec.readEvent(JsonCodec.write(redaction.apply(JsonCodec.toTree(event))));
    }

    private List<Event> page(ReadRange range) {
        try {
            return streams.read(path, range).get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StreamException failure) {
                throw failure;
            }
            throw new IllegalStateException("recording failed: " + path + "; " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "recording failed: " + path + "; no answer within " + MOST_SECONDS
                            + " s; check that the server runs",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("recording failed: " + path + "; the thread was interrupted", e);
        }
    }
}
