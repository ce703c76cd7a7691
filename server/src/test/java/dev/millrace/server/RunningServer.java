package dev.millrace.server;

import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.server.security.AccessTokens;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A real server with a real engine and port, and a recording client. */
final class RunningServer extends ServiceClient {
    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Duration STOP = Duration.ofMillis(100);

    final StreamEngine engine;
    final MillraceServer server;

    RunningServer() {
        this(builder -> builder);
    }

    RunningServer(UnaryOperator<MillraceServer.Builder> options) {
        this(new InMemoryEventStore(), options);
    }

    RunningServer(EventStore store, UnaryOperator<MillraceServer.Builder> options) {
        this(StreamEngine.builder(store).start(), options);
    }

    RunningServer(StreamEngine engine, UnaryOperator<MillraceServer.Builder> options) {
        this(
                engine,
                options.apply(MillraceServer.builder(engine).heartbeat(HEARTBEAT))
                        .start());
    }

    private RunningServer(StreamEngine engine, MillraceServer server) {
        super(server.baseUri(), HEARTBEAT);
        this.engine = engine;
        this.server = server;
    }

    /** A new token for all projects. */
    static String token(AccessTokens tokens, StreamPath path, Operation... operations) {
        return tokens.create(Optional.empty(), path, Set.of(operations), Optional.empty())
                .token();
    }

    @Override
    public void close() throws IOException {
        super.close();
        server.stop(STOP); // the client keeps idle connections
        engine.close();
    }
}
