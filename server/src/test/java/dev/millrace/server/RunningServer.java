package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.EventStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A real server over a real engine on a real port, and a client that says what it did. */
final class RunningServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final AtomicInteger STREAMS = new AtomicInteger();

    final StreamEngine engine;
    final MillraceServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<LiveReader> readers = new ArrayList<>();

    RunningServer() {
        this(builder -> builder);
    }

    RunningServer(UnaryOperator<MillraceServer.Builder> options) {
        this(new InMemoryEventStore(), options);
    }

    RunningServer(EventStore store, UnaryOperator<MillraceServer.Builder> options) {
        engine = StreamEngine.builder(store).start();
        server = options.apply(MillraceServer.builder(engine).heartbeat(Duration.ofMillis(200)))
                .start();
    }

    /** An answer, read whole. */
    record Answer(int status, java.net.http.HttpHeaders headers, String body) {
        JsonNode json() {
            return JsonCodec.parse(body);
        }

        JsonNode event() {
            return json().path("event");
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** The events of a finite event stream. */
        List<JsonNode> events() {
            return body.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                    .toList();
        }

        List<Long> offsets() {
            return events().stream()
                    .map(event -> event.path("offset").longValue())
                    .toList();
        }
    }

    /** The path of a stream that nobody has touched. */
    static String freshStream() {
        return "/test/s" + STREAMS.incrementAndGet();
    }

    static String api(String stream) {
        return "/api/streams" + (stream.equals("/") ? "/%2F" : stream);
    }

    static String stateOf(String stream) {
        return "/api/streams/__state" + (stream.equals("/") ? "/%2F" : stream);
    }

    Answer post(String target, String json, String... headers) {
        return send("POST", target, json, with("Content-Type", "application/json", headers));
    }

    Answer append(String stream, String json, String... headers) {
        return post(api(stream), json, headers);
    }

    CompletableFuture<Answer> appendLater(String stream, String json) {
        return client.sendAsync(
                        request("POST", api(stream), json, "Content-Type", "application/json"),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(RunningServer::answer);
    }

    Answer get(String target, String... headers) {
        return send("GET", target, "", headers);
    }

    /** The whole history as it is now. */
    Answer history(String stream, String... headers) {
        return get(api(stream) + "?beforeOffset=end", headers);
    }

    Answer send(String method, String target, String body, String... headers) {
        return send(request(method, target, body, headers));
    }

    Answer send(HttpRequest request) {
        try {
            return answer(client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (Exception e) {
            throw new AssertionError(request.method() + " " + request.uri() + " was not answered", e);
        }
    }

    HttpRequest request(String method, String target, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.baseUri() + target))
                .method(
                        method,
                        body.isEmpty() && !method.equals("POST")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    CompletableFuture<Answer> getLater(String target) {
        return client.sendAsync(request("GET", target, ""), HttpResponse.BodyHandlers.ofString())
                .thenApply(RunningServer::answer);
    }

    /** Opens a live read and collects what comes. */
    LiveReader live(String target, String... headers) {
        try {
            LiveReader reader = new LiveReader(
                    client.sendAsync(request("GET", target, "", headers), HttpResponse.BodyHandlers.ofInputStream())
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            readers.add(reader);
            return reader;
        } catch (Exception e) {
            throw new AssertionError("GET " + target + " was not answered", e);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    private static String[] with(String name, String value, String... more) {
        List<String> all = new ArrayList<>(List.of(name, value));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() throws IOException {
        for (LiveReader reader : readers) {
            reader.close();
        }
        server.close();
        engine.close();
    }
}
