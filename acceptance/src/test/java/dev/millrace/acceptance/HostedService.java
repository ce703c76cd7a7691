package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/** An engine with all bundled processors, a model for its agents and a peer for its webhooks. */
final class HostedService implements AutoCloseable {
    final EventStreams streams;
    private final StreamEngine engine;
    private final MockWebServer peer;
    private final ScriptedModelServer model;

    private HostedService(StreamEngine engine, MockWebServer peer, ScriptedModelServer model) {
        this.engine = engine;
        this.peer = peer;
        this.model = model;
        this.streams = engine.streams(ProjectSlug.defaultProject());
    }

    static HostedService start(EventStore store, MockWebServer peer) {
        ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(ModelReply.text("hello", 5)));
        StreamEngine engine = StreamEngine.builder(store)
                .processors(ServiceLoader.load(ProcessorProvider.class).stream()
                        .<ProcessorProvider>map(ServiceLoader.Provider::get)
                        .toList())
                .settings(Map.of(
                        "server.loopback", "true",
                        "agent.provider", "openai",
                        "openai.base-url", model.baseUrl(),
                        "openai.api-key", "scripted",
                        "openai.model", "scripted"))
                .start();
        return new HostedService(engine, peer, model);
    }

    Event append(StreamPath path, String type, JsonNode payload) {
        EventInput input = EventInput.builder().type(type).payload(payload).build();
        return streams.append(path, input)
                .orTimeout(30, TimeUnit.SECONDS)
                .join()
                .event();
    }

    /** Appends an event; an apostrophe in the payload stands for a quotation mark. */
    Event append(StreamPath path, String type, String payload) {
        return append(path, type, JsonCodec.parse(payload.replace('\'', '"')));
    }

    List<Event> read(StreamPath path) {
        return streams.read(path, ReadRange.all())
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    void comes(StreamPath path, Predicate<Event> wanted) {
        TokenArena.waiting()
                .alias("the log at the end: " + path)
                .until(() -> read(path).stream().anyMatch(wanted));
    }

    String peerUrl() {
        return peer.url("/").toString();
    }

    /** Answers one more delivery. */
    void accept() {
        peer.enqueue(new MockResponse.Builder().code(200).build());
    }

    /** The body of the next delivery. */
    JsonNode delivered() {
        RecordedRequest request;
        try {
            request = peer.takeRequest(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        if (request == null || request.getBody() == null) {
            throw new AssertionError("no delivery came within 30 s");
        }
        return JsonCodec.parse(request.getBody().utf8());
    }

    @Override
    public void close() {
        engine.close();
        model.close();
    }
}
