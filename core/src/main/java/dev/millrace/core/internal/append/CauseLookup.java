package dev.millrace.core.internal.append;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A cache of the causes at offsets of the runner's own stream. Older causes are read from the log. */
public final class CauseLookup {
    private static final int REMEMBERED = 256;

    private final EventStreams streams;
    private final StreamPath path;
    private final Map<Long, Cause> recent = new LinkedHashMap<>(16, 0.75f, true);
    private int incarnations;

    public CauseLookup(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.path = path;
    }

    public synchronized void remember(Event event) {
        recent.put(event.offset(), Cause.of(event));
        if (recent.size() > REMEMBERED) {
            recent.remove(recent.keySet().iterator().next());
        }
    }

    /** Another incarnation: clears the cache; reads that are running are not cached. */
    synchronized void forget() {
        recent.clear();
        incarnations++;
    }

    synchronized Optional<Cause> recall(long offset) {
        return Optional.ofNullable(recent.get(offset));
    }

    CompletableFuture<Cause> find(long offset) {
        int asked;
        synchronized (this) {
            asked = incarnations;
            Cause known = recent.get(offset);
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
        }
        ReadRange one = ReadRange.builder().afterOffset(offset - 1).limit(1).build();
        return streams.read(path, one).thenApply(events -> {
            if (events.isEmpty() || events.get(0).offset() != offset) {
                throw new StreamException(
                        StreamException.Code.BAD_REQUEST,
                        path,
                        "because(" + offset + ") names no event of " + path + "; use the offset of a reduced event");
            }
            synchronized (this) {
                if (asked == incarnations) {
                    remember(events.get(0));
                }
            }
            return Cause.of(events.get(0));
        });
    }
}
