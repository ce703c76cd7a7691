package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A cache of the states of hosted processors, which it computes on demand at the head that a request saw, independent
 * of the runners. The next request for a stream reads only the events since. Thread-safe.
 */
public final class ProcessorStateCache implements ProcessorStates {
    private static final int KEPT = 256;
    private static final int PAGE = 512;

    private record Key(StreamKey stream, String processor) {}

    private final EventStore store;
    private final ProcessorHost host;
    private final Map<Key, Slice<?>> kept = new LinkedHashMap<>(16, 0.75f, true);

    public ProcessorStateCache(EventStore store, ProcessorHost host) {
        this.store = store;
        this.host = host;
    }

    @Override
    public Map<String, JsonNode> at(StreamKey stream, StreamHead head) {
        Map<String, JsonNode> slices = new LinkedHashMap<>();
        Map<String, HostedProcessors.Wanted> wanted = host.wantedOn(stream);
        wanted.forEach((name, here) -> slices.put(name, slice(stream, name, here, head)));
        host.activatingTypes().forEach((name, types) -> {
            if (!wanted.containsKey(name)) {
                slices.put(name, stateIfActivated(stream, name, types, head));
            }
        });
        return slices;
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
        Key key = new Key(stream, name);
        try {
            Slice<?> slice;
            synchronized (kept) {
                Slice<?> old = kept.get(key);
                slice = old != null && old.fits(head, wanted.config())
                        ? old
                        : new Slice<>(host.create(stream.project(), name, wanted), head.incarnation(), wanted.config());
                kept.put(key, slice);
                if (kept.size() > KEPT) {
                    kept.remove(kept.keySet().iterator().next());
                }
            }
            return host.slice(
                    name,
                    slice.foldTo(store, stream, head.lastOffset())
                            .orElseGet(() -> foldAnew(stream, name, wanted, head)));
        } catch (RuntimeException failure) {
            synchronized (kept) {
                kept.remove(key);
            }
            return JsonNodeFactory.instance.objectNode().put("error", String.valueOf(failure.getMessage()));
        }
    }

    /** For a request with an older head than the cached states. The result is not cached. */
    private JsonNode foldAnew(StreamKey stream, String name, HostedProcessors.Wanted wanted, StreamHead head) {
        return new Slice<>(host.create(stream.project(), name, wanted), head.incarnation(), wanted.config())
                .foldTo(store, stream, head.lastOffset())
                .orElseThrow();
    }

    private static final class Slice<S> {
        private record Folded<S>(S state, long through) {}

        private final Processor<S> processor;
        private final EventCatalog catalog;
        private final String incarnation;
        private final JsonNode config;
        private Folded<S> before;
        private Folded<S> newest;

        Slice(Processor<S> processor, String incarnation, JsonNode config) {
            this.processor = processor;
            this.catalog = processor.events();
            this.incarnation = incarnation;
            this.config = config;
            this.newest = new Folded<>(processor.initialState(), 0);
            this.before = newest;
        }

        boolean fits(StreamHead head, JsonNode wantedConfig) {
            return incarnation.equals(head.incarnation()) && config.equals(wantedConfig);
        }

        /** The state at exactly {@code head}; empty if only later states are cached. */
        synchronized Optional<JsonNode> foldTo(EventStore store, StreamKey stream, long head) {
            if (head >= newest.through) {
                before = newest;
                newest = fold(newest, store, stream, head);
                return Optional.of(JsonCodec.toTree(newest.state));
            }
            return head < before.through
                    ? Optional.empty()
                    : Optional.of(JsonCodec.toTree(fold(before, store, stream, head).state));
        }

        private Folded<S> fold(Folded<S> from, EventStore store, StreamKey stream, long head) {
            S state = from.state;
            long through = from.through;
            while (through < head) {
                List<EventRecord> page =
                        store.read(stream, new RecordRange(through, head + 1, Set.of(), PAGE, false, 1 << 20));
                if (page.isEmpty() || !isSameIncarnation(store, stream)) {
                    break; // destroyed meanwhile
                }
                for (EventRecord record : page) {
                    state = processor.reduce(state, StoredEvents.decode(record).decodedBy(catalog));
                    through = record.offset();
                }
            }
            return new Folded<>(state, through);
        }

        private boolean isSameIncarnation(EventStore store, StreamKey stream) {
            return store.head(stream)
                    .filter(now -> now.incarnation().equals(incarnation))
                    .isPresent();
        }
    }
}
