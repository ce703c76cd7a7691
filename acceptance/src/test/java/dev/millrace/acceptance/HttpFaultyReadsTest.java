package dev.millrace.acceptance;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.AcceleratedTimers;
import dev.millrace.contracts.FaultyReadsContract;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.MillraceServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Subscriptions over HTTP, with broken connections and a store that sometimes cannot be read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpFaultyReadsTest extends FaultyReadsContract {
    private StreamEngine engine;
    private MillraceServer server;
    private CuttingProxy network;
    private HttpEventStreams client;

    @BeforeAll
    void start() throws IOException {
        engine = StreamEngine.builder(faults().around(new InMemoryEventStore())).start();
        server = MillraceServer.builder(engine).start();
        network = new CuttingProxy(server::baseUri);
        client = HttpEventStreams.builder(network.uri())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
                .timers(new AcceleratedTimers())
                .build();
    }

    @AfterAll
    void stop() throws IOException {
        client.close();
        network.close();
        server.stop(Duration.ofMillis(100));
        engine.close();
    }

    @Override
    protected EventStreams streams() {
        return client;
    }

    @Override
    protected EventStreams engine() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    @Override
    protected void disturb() {
        network.cut();
    }
}
