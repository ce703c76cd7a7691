package dev.millrace.contracts.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A stream service at a base URL, with an HTTP client that reports its requests in errors. Safe for use by many
 * threads, so checks that only wait may run at the same time. Do not call {@link #restart()} while other checks run.
 *
 * @since 0.1
 */
public class ServiceClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger STREAMS = new AtomicInteger();
    private static final String RUN = Long.toString(System.nanoTime(), 36).replace("-", "");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<LiveReadClient> readers = new CopyOnWriteArrayList<>();
    private final Duration heartbeat;
    private volatile URI baseUri;

    /** @param heartbeat the longest time without a byte on an idle live read */
    public ServiceClient(URI baseUri, Duration heartbeat) {
        this.baseUri = baseUri;
        this.heartbeat = heartbeat;
    }

    public final URI baseUri() {
        return baseUri;
    }

    /** Sets a new base URL. */
    protected final void moved(URI newBaseUri) {
        baseUri = newBaseUri;
    }

    /** The longest time without a byte on an idle live read. */
    public final Duration heartbeat() {
        return heartbeat;
    }

    /** The token for every request; none by default. */
    public Optional<String> token() {
        return Optional.empty();
    }

    /** The header line with the token, and its line end; empty without a token. */
    final String authorizationLine() {
        return token().map(token -> "Authorization: Bearer " + token + "\r\n").orElse("");
    }

    /** The port of 127.0.0.1 to which scripts may send requests; empty if the service allows none. */
    public OptionalInt egressPort() {
        return OptionalInt.empty();
    }

    /** True if {@link #restart()} works and keeps the stored events. */
    public boolean survivesRestart() {
        return false;
    }

    /** Stops the service and starts it again with its stored events; its base URL may change. */
    public void restart() throws Exception {
        throw new UnsupportedOperationException("this service cannot be restarted from here");
    }

    /** Calls {@code task} so many times, with a pause of {@code apart} after each call; returns after the last. */
    static void every(Duration apart, int times, Runnable task) throws Exception {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            CountDownLatch left = new CountDownLatch(times);
            Runnable step = () -> {
                if (left.getCount() > 0) {
                    task.run();
                    left.countDown();
                }
            };
            ScheduledFuture<?> ticking = clock.scheduleWithFixedDelay(step, 0, apart.toMillis(), TimeUnit.MILLISECONDS);
            if (!left.await(PATIENCE.plus(apart.multipliedBy(times)).toSeconds(), TimeUnit.SECONDS)) {
                ticking.get(1, TimeUnit.SECONDS); // throws the exception of the task
                throw new AssertionError("only " + (times - left.getCount()) + " of " + times + " calls were made");
            }
        } finally {
            clock.shutdownNow();
        }
    }

    /** An answer with its complete body. */
    public record Answer(int status, HttpHeaders headers, String body) {
        /** Fails unless the answer has this status. */
        Answer expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("expected status " + wanted + ", got " + status + ": " + body);
            }
            return this;
        }

        public JsonNode json() {
            return JsonCodec.parse(body);
        }

        /** The text at a JSON pointer of the body. */
        String text(String pointer) {
            return json().at(pointer).textValue();
        }

        int number(String pointer) {
            return json().at(pointer).intValue();
        }

        public JsonNode event() {
            return json().path("event");
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** The events of a finite event stream. */
        public List<JsonNode> events() {
            return body.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                    .toList();
        }

        public List<Long> offsets() {
            return events().stream()
                    .map(event -> event.path("offset").longValue())
                    .toList();
        }
    }

    /** The path of a new stream. */
    public static String freshStream() {
        return "/test/" + RUN + "-" + STREAMS.incrementAndGet();
    }

    public static String api(String stream) {
        return "/api/streams" + (stream.equals("/") ? "/%2F" : stream);
    }

    public static String stateOf(String stream) {
        return "/api/streams/__state" + (stream.equals("/") ? "/%2F" : stream);
    }

    public Answer post(String target, String json, String... headers) {
        return send("POST", target, json, with("Content-Type", "application/json", headers));
    }

    public Answer append(String stream, String json, String... headers) {
        return post(api(stream), json, headers);
    }

    public CompletableFuture<Answer> appendLater(String stream, String json) {
        return appendLater(stream, json.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #appendLater(String, String)}; many requests can share the bytes, which must not change. */
    public CompletableFuture<Answer> appendLater(String stream, byte[] json) {
        return sendLater(HttpRequest.newBuilder(URI.create(baseUri + api(stream)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                .header("Content-Type", "application/json")
                .build());
    }

    public Answer get(String target, String... headers) {
        return send("GET", target, "", headers);
    }

    public Answer append(String stream, BuiltInType type, String payload) {
        return append(stream, type.eventType(), payload);
    }

    public Answer append(String stream, EventType type, String payload) {
        return append(stream, "{\"type\":\"" + type.name() + "\",\"payload\":" + payload + "}");
    }

    /** The types of the whole history, in order, each without the part before its last slash. */
    public List<String> types(String stream) {
        return history(stream).events().stream()
                .map(event -> event.path("type").textValue().replaceFirst(".*/", ""))
                .toList();
    }

    /** Waits until the whole history fulfils a condition, and returns it. */
    public List<JsonNode> awaitHistory(String stream, Predicate<List<JsonNode>> wanted) {
        AtomicReference<List<JsonNode>> seen = new AtomicReference<>(List.of());
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        seen.set(history(stream).events());
                        return wanted.test(seen.get());
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the history of " + stream + " did not become what was expected: " + seen, e);
        }
        return seen.get();
    }

    /** Waits until {@link #types} returns exactly these, and checks that they stay the same for {@code quiet}. */
    public void awaitTypes(String stream, Duration quiet, String... types) {
        List<String> wanted = List.of(types);
        awaitHistory(stream, events -> types(stream).equals(wanted));
        Awaitility.await()
                .during(quiet)
                .atMost(quiet.plus(PATIENCE))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> types(stream).equals(wanted));
    }

    /** The part of a processor in the state of a stream. */
    public JsonNode slice(String stream, String processor) {
        return get(stateOf(stream)).json().path("processors").path(processor);
    }

    public Answer history(String stream, String... headers) {
        return get(api(stream) + "?beforeOffset=end", headers);
    }

    public Answer send(String method, String target, String body, String... headers) {
        return send(request(method, target, body, headers));
    }

    public Answer send(HttpRequest request) {
        try {
            return sendLater(request).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(request.method() + " " + request.uri() + " was not answered", e);
        }
    }

    /** Sends a request without a body; the body of the answer is as it was sent. */
    HttpResponse<byte[]> sendForBytes(String method, String target, String... headers) {
        HttpRequest request = authorized(request(method, target, "", headers));
        try {
            return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(method + " " + request.uri() + " was not answered", e);
        }
    }

    public HttpRequest request(String method, String target, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUri + target))
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

    /** Adds the token, unless the request has an {@code Authorization} header. */
    private HttpRequest authorized(HttpRequest request) {
        Optional<String> token = token();
        if (token.isEmpty() || request.headers().firstValue("Authorization").isPresent()) {
            return request;
        }
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .header("Authorization", "Bearer " + token.get())
                .build();
    }

    public CompletableFuture<Answer> getLater(String target) {
        return sendLater(request("GET", target, ""));
    }

    private CompletableFuture<Answer> sendLater(HttpRequest request) {
        return client.sendAsync(authorized(request), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> new Answer(response.statusCode(), response.headers(), response.body()));
    }

    public LiveReadClient live(String target, String... headers) {
        try {
            LiveReadClient reader = new LiveReadClient(client.sendAsync(
                            authorized(request("GET", target, "", headers)), HttpResponse.BodyHandlers.ofInputStream())
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            readers.add(reader);
            return reader;
        } catch (Exception e) {
            throw new AssertionError("GET " + target + " was not answered", e);
        }
    }

    /** A live read of a whole stream. */
    public LiveReadClient follow(String stream, String... headers) {
        return live(api(stream), with("Accept", "text/event-stream", headers));
    }

    private static String[] with(String name, String value, String... more) {
        List<String> all = new ArrayList<>(List.of(name, value));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() throws IOException {
        for (LiveReadClient reader : readers) {
            reader.close();
        }
    }
}
