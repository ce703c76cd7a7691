package dev.millrace.server.internal.webhook;

import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.Secrets;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.webhook.IncomingWebhooks;
import dev.millrace.server.webhook.WebhookConfigured;
import dev.millrace.server.webhook.WebhookRemoved;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configured webhooks of all streams, and how many requests each stream has refused. Thread-safe. */
public final class WebhookVerifier {
    /** Streams whose configurations and refusals are kept in memory; the one used longest ago is dropped first. */
    private static final int MOST_KEPT = 10_000;

    private static final int PAGE = 100;
    private static final Set<String> TYPES = Stream.of(WebhookConfigured.class, WebhookRemoved.class)
            .flatMap(payload -> EventType.of(payload).spellings().stream())
            .collect(Collectors.toUnmodifiableSet());

    private final StreamEngine engine;
    private final Secrets secrets;
    private final Timers timers;
    private final IncomingWebhooks processor = new IncomingWebhooks();
    private final boolean isKnown;
    private final Map<StreamKey, Known> known = new LeastRecentlyUsed<>();
    private final Map<StreamKey, Long> refused = new LeastRecentlyUsed<>();

    /** The configurations of a stream after the events up to an offset. */
    private record Known(String incarnation, long through, IncomingWebhooks.State state) {}

    private static final class LeastRecentlyUsed<V> extends LinkedHashMap<StreamKey, V> {
        private static final long serialVersionUID = 1L;

        LeastRecentlyUsed() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamKey, V> eldest) {
            return size() > MOST_KEPT;
        }
    }

    public WebhookVerifier(StreamEngine engine, Secrets secrets, Timers timers) {
        this.engine = engine;
        this.secrets = secrets;
        this.timers = timers;
        // without the provider, configurations are events that were not checked
        this.isKnown = TYPES.stream().allMatch(engine.knownEvents()::contains);
    }

    /**
     * The webhooks of a stream; empty if none is configured. Counts each configuration that was acknowledged before.
     * Blocks for reads of the store, of the events of configurations since the last call only.
     */
    public Optional<StreamWebhooks> on(ProjectSlug project, StreamPath path) {
        return (isKnown ? engine.head(project, path) : Optional.<StreamHead>empty())
                .map(head -> state(new StreamKey(project, path), head))
                .filter(state -> !state.configurations().isEmpty())
                .map(state ->
                        new StreamWebhooks(state.configurations(), name -> secrets.find(project, name), timers::now));
    }

    private IncomingWebhooks.State state(StreamKey stream, StreamHead head) {
        Known before = find(stream);
        if (before == null || !before.incarnation().equals(head.incarnation())) {
            before = new Known(head.incarnation(), 0, processor.initialState());
        }
        if (before.through() >= head.lastOffset()) {
            return before.state();
        }
        Known now = fold(stream, before, head);
        keep(stream, now);
        return now.state();
    }

    private Known fold(StreamKey stream, Known before, StreamHead head) {
        IncomingWebhooks.State state = before.state();
        long after = before.through();
        List<EventRecord> page;
        do {
            page = engine.read(
                    stream.project(), stream.path(), new RecordRange(after, head.lastOffset() + 1, TYPES, PAGE, false));
            for (EventRecord record : page) {
                state = processor.reduce(
                        state, JsonCodec.readEvent(record.json()).decodedBy(processor.events()));
                after = record.offset();
            }
        } while (page.size() == PAGE);
        return new Known(head.incarnation(), head.lastOffset(), state);
    }

    private synchronized @Nullable Known find(StreamKey stream) {
        return known.get(stream);
    }

    private synchronized void keep(StreamKey stream, Known now) {
        known.merge(
                stream,
                now,
                (old, next) ->
                        old.incarnation().equals(next.incarnation()) && old.through() > next.through() ? old : next);
    }

    /** Counts one refusal. */
    public synchronized void countRefusal(ProjectSlug project, StreamPath path) {
        refused.merge(new StreamKey(project, path), 1L, Long::sum);
    }

    /** How many requests a stream has refused since the server started. */
    public synchronized long refusals(ProjectSlug project, StreamPath path) {
        return refused.getOrDefault(new StreamKey(project, path), 0L);
    }
}
