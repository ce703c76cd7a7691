package dev.millrace.client.push;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.client.Parcel;
import dev.millrace.client.Sample;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.webhook.ExternalSubscriberProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** An engine that pushes with the real processor, and a user's HTTP server that receives the deliveries. */
final class PushStage implements AutoCloseable {
    static final String SECRET = "a shared secret";

    private final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
            .processors(List.of(new ExternalSubscriberProvider()))
            .settings(Map.of(
                    "server.loopback",
                    "true",
                    "webhook.timeout",
                    "60s",
                    "webhook.retry-schedule",
                    String.join(", ", java.util.Collections.nCopies(200, "10ms"))))
            .secrets((project, name) -> Optional.of(SECRET).filter(secret -> name.equals("hook")))
            .start();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile Function<Parcel, PushResponse> front;

    /** {@code front} handles the deliveries. */
    PushStage(Function<Parcel, PushResponse> front) throws IOException {
        this.front = front;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/hook", this::serve);
        server.start();
    }

    PushStage() throws IOException {
        this(parcel -> PushResponse.of(503, "there is no receiver yet"));
    }

    void front(Function<Parcel, PushResponse> newFront) {
        front = newFront;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            PushResponse answer =
                    front.apply(new Parcel(headers, exchange.getRequestBody().readAllBytes()));
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** Configures a subscription that pushes the events of a stream that pass the filter. */
    long subscribe(String path, String filter) throws Exception {
        return append(
                path,
                "https://events.iterate.com/events/stream/subscription/configured",
                "{\"slug\": \"clerk\", \"type\": \"webhook\", \"signingSecret\": \"hook\", \"callbackUrl\": \"http://127.0.0.1:"
                        + server.getAddress().getPort() + "/hook\", \"jsonataFilter\": \"" + filter + "\"}");
    }

    long append(String path, String type, String payload) throws Exception {
        return get(streams()
                        .append(
                                StreamPath.of(path),
                                EventInput.builder()
                                        .type(type)
                                        .payload(JsonCodec.parse(payload))
                                        .build()))
                .offset();
    }

    long order(String path, int n) throws Exception {
        return append(path, "ordered", "{\"n\": " + n + "}");
    }

    List<Event> events(String path) throws Exception {
        return get(streams().read(StreamPath.of(path), ReadRange.all()));
    }

    Event event(String path, long offset) throws Exception {
        return events(path).stream()
                .filter(event -> event.offset() == offset)
                .findFirst()
                .orElseThrow();
    }

    /** The order numbers of the receipts in a log. */
    List<Integer> receipts(String path) throws Exception {
        return events(path).stream()
                .filter(event -> event.type().equals("receipt"))
                .map(event -> event.payloadJson().path("n").intValue())
                .toList();
    }

    static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Sample.PATIENCE.multipliedBy(2)).until(condition);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Sample.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        engine.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
