package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A server over HTTP with tokens and all bundled processors. The service's own side is used in process. */
final class TokenArena implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);

    final StreamEngine engine;
    final EventStreams streams;
    final SubscriberEndpoint receiver = new SubscriberEndpoint();
    private final MillraceServer server;
    private final AccessTokens tokens;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Set<Operation>, String> issued = new ConcurrentHashMap<>();

    TokenArena(Path directory) {
        tokens = AccessTokens.in(directory, Timers.system());
        engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(ServiceLoader.load(ProcessorProvider.class).stream()
                        .<ProcessorProvider>map(ServiceLoader.Provider::get)
                        .toList())
                .settings(Map.of("server.loopback", "true"))
                .start();
        streams = engine.streams(ProjectSlug.defaultProject());
        server = MillraceServer.builder(engine)
                .tokens(tokens)
                .vault(Vault.inMemory(Timers.system()))
                .start();
        token(Set.of(Operation.ADMIN));
    }

    URI uri() {
        return server.baseUri();
    }

    String token(Set<Operation> operations) {
        return issued.computeIfAbsent(
                operations,
                wanted -> tokens.create(
                                Optional.of(ProjectSlug.defaultProject()), StreamPath.root(), wanted, Optional.empty())
                        .token());
    }

    HttpResponse<String> send(Set<Operation> operations, String method, String target, String type, String body) {
        return send(operations, method, target, type, body, Map.of());
    }

    HttpResponse<String> send(
            Set<Operation> operations,
            String method,
            String target,
            String type,
            String body,
            Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri().resolve(target))
                .header("Authorization", "Bearer " + token(operations))
                .header("Content-Type", type)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(method + " " + target + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Appends as the operator of the server does. */
    Event append(StreamPath path, String json) {
        JsonNode event = JsonCodec.parse(json.replace('\'', '"'));
        EventInput.Builder input = EventInput.builder().type(event.path("type").asText());
        if (event.has("payload")) {
            input.payload(event.path("payload"));
        }
        return streams.append(path, input.build()).join().event();
    }

    List<Event> read(StreamPath path) {
        return streams.read(path, ReadRange.all()).join();
    }

    /** Looks often, because what is awaited takes only milliseconds. */
    static ConditionFactory waiting() {
        return Awaitility.await().atMost(BOUND).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    /** Waits for an event of the stream that one of the two describes; true if it is the first. */
    boolean comes(StreamPath path, Predicate<Event> wanted, Predicate<Event> instead) {
        Event found = waiting()
                .until(() -> read(path).stream().filter(wanted.or(instead)).findFirst(), Optional::isPresent)
                .orElseThrow();
        return wanted.test(found);
    }

    @Override
    public void close() {
        server.stop(Duration.ofMillis(100));
        engine.close();
        receiver.close();
    }
}
