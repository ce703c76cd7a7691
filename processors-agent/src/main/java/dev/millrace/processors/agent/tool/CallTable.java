package dev.millrace.processors.agent.tool;

import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Obligation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What this process has for some of its calls, of all streams. Safe for use by many threads.
 *
 * @param <V> what it has
 */
final class CallTable<V> {
    private record Key(StreamPath path, String id, long requestedAt) {}

    private final Map<Key, V> entries = new ConcurrentHashMap<>();

    void put(StreamPath path, Obligation call, V value) {
        entries.put(key(path, call), value);
    }

    V getOrMake(StreamPath path, Obligation call, Supplier<V> maker) {
        return entries.computeIfAbsent(key(path, call), key -> maker.get());
    }

    Optional<V> get(StreamPath path, Obligation call) {
        return Optional.ofNullable(entries.get(key(path, call)));
    }

    /** Removes this value; another one that was put for the call stays. */
    void remove(StreamPath path, Obligation call, V value) {
        entries.remove(key(path, call), value);
    }

    /** Removes and returns what there is for calls of the stream with such an id. */
    List<V> take(StreamPath path, Predicate<String> id) {
        List<V> taken = new ArrayList<>();
        entries.forEach((key, value) -> {
            if (key.path().equals(path) && id.test(key.id()) && entries.remove(key, value)) {
                taken.add(value);
            }
        });
        return taken;
    }

    int size() {
        return entries.size();
    }

    private static Key key(StreamPath path, Obligation call) {
        return new Key(path, call.id(), call.requestedAt());
    }
}
