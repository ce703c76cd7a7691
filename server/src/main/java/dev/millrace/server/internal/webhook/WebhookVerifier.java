package dev.millrace.server.internal.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.Secrets;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.webhook.IncomingWebhooks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The configured webhooks of all streams, and how many requests each stream has refused. Thread-safe. */
public final class WebhookVerifier {
    /** Streams whose refusals are counted; the one that refused longest ago is forgotten first. */
    private static final int MOST_COUNTED = 10_000;

    private final StreamEngine engine;
    private final Secrets secrets;
    private final Timers timers;
    private final Map<StreamKey, Long> refused = new LinkedHashMap<>(16, 0.75f, true);

    public WebhookVerifier(StreamEngine engine, Secrets secrets, Timers timers) {
        this.engine = engine;
        this.secrets = secrets;
        this.timers = timers;
    }

    /** The webhooks of a stream; empty if none is configured. Blocks for reads of the store. */
    public Optional<StreamWebhooks> on(ProjectSlug project, StreamPath path) {
        return engine.processorState(project, path, IncomingWebhooks.SLUG)
                .filter(state -> state.has("configurations"))
                .map(WebhookVerifier::state)
                .filter(state -> !state.configurations().isEmpty())
                .map(state ->
                        new StreamWebhooks(state.configurations(), name -> secrets.find(project, name), timers::now));
    }

    private static IncomingWebhooks.State state(JsonNode json) {
        return JsonCodec.fromTree(json, IncomingWebhooks.State.class);
    }

    /** Counts one refusal. */
    public synchronized void countRefusal(ProjectSlug project, StreamPath path) {
        refused.merge(new StreamKey(project, path), 1L, Long::sum);
        if (refused.size() > MOST_COUNTED) {
            refused.remove(refused.keySet().iterator().next());
        }
    }

    /** How many requests a stream has refused since the server started. */
    public synchronized long refusals(ProjectSlug project, StreamPath path) {
        return refused.getOrDefault(new StreamKey(project, path), 0L);
    }
}
