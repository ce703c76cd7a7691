package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A cache of the states of hosted processors, which it computes on demand at the head that a request saw, independent
 * of the runners. The next request for a stream folds only the events since a state that is kept. What is kept is
 * bounded: the histories that were asked for last, and a number of states over all of them. Thread-safe.
 */
public final class ProcessorStateCache implements ProcessorStates {
    private static final int MOST_HISTORIES = 256;
    private static final int MOST_STATES = 4096;

    private record Key(StreamKey stream, String processor, JsonNode config) {}

    private final EventStore store;
    private final ProcessorHost host;
    private final Map<Key, ProcessorStateHistory<?>> histories = new LinkedHashMap<>(16, 0.75f, true);

    public ProcessorStateCache(EventStore store, ProcessorHost host) {
        this.store = store;
        this.host = host;
    }

    @Override
    public Map<String, JsonNode> at(StreamKey stream, StreamHead head, Scope scope) {
        Map<String, JsonNode> slices = new LinkedHashMap<>();
        Map<String, HostedProcessors.Wanted> wanted =
                scope.past() ? host.wantedOn(stream, head.lastOffset()) : host.wantedOn(stream);
        wanted.forEach((name, here) -> {
            if (scope.processors().test(name)) {
                slices.put(name, slice(stream, name, here, head));
            }
        });
        host.activatingTypes().forEach((name, types) -> {
            if (!wanted.containsKey(name) && scope.processors().test(name)) {
                slices.put(name, stateIfActivated(stream, name, types, head));
            }
        });
        return slices;
    }

    /** Drops the states of a stream that was destroyed. */
    public void forget(StreamKey stream) {
        synchronized (histories) {
            histories.keySet().removeIf(key -> key.stream().equals(stream));
        }
    }

    /** The number of states that are kept at earlier offsets, over all streams. */
    int size() {
        synchronized (histories) {
            return histories.values().stream()
                    .mapToInt(ProcessorStateHistory::size)
                    .sum();
        }
    }

    /** The slice of a processor that an event activates: the host may not have received that event yet. */
    private JsonNode stateIfActivated(StreamKey stream, String name, Set<String> types, StreamHead head) {
        boolean active = !store.read(stream, new RecordRange(0, head.lastOffset() + 1, types, 1, false))
                .isEmpty();
        return active
                ? slice(stream, name, HostedProcessors.Wanted.UNCONFIGURED, head)
                : host.slice(
                        name,
                        JsonCodec.toTree(host.create(stream.project(), name, HostedProcessors.Wanted.UNCONFIGURED)
                                .initialState()));
    }

    private JsonNode slice(StreamKey stream, String name, HostedProcessors.Wanted wanted, StreamHead head) {
        Key key = new Key(stream, name, wanted.config());
        try {
            ProcessorStateHistory<?> history;
            synchronized (histories) {
                ProcessorStateHistory<?> old = histories.get(key);
                history = old != null && old.isOf(head.incarnation())
                        ? old
                        : new ProcessorStateHistory<>(host.create(stream.project(), name, wanted), head.incarnation());
                histories.put(key, history);
            }
            JsonNode state = history.at(store, stream, head.lastOffset());
            evict();
            return host.slice(name, state);
        } catch (RuntimeException failure) {
            synchronized (histories) {
                histories.remove(key);
            }
            return JsonNodeFactory.instance.objectNode().put("error", String.valueOf(failure.getMessage()));
        }
    }

    private void evict() {
        synchronized (histories) {
            int states = size();
            Iterator<ProcessorStateHistory<?>> oldest = histories.values().iterator();
            while (histories.size() > MOST_HISTORIES || states > MOST_STATES) {
                states -= oldest.next().size();
                oldest.remove();
            }
        }
    }
}
