package dev.millrace.server.internal.routes;

import dev.millrace.core.Chain;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.AppendedRecord;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.StreamEngine;
import dev.millrace.jsonata.EvaluationThreads;
import dev.millrace.server.internal.formats.AppendBodyParser;
import dev.millrace.server.internal.formats.BodyTransform;
import dev.millrace.server.internal.formats.MediaType;
import dev.millrace.server.internal.formats.ParsedAppend;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RequestBodyReader;
import dev.millrace.server.internal.webhook.ReceivedRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The route that appends: reads the request body, passes its events to the engine and answers the stored events.
 * Thread-safe.
 */
public final class AppendRoute {
    private static final int MOST_HINTS = 10;

    /** The header of each CloudEvent in binary mode (CloudEvents 1.0, HTTP protocol binding, section 3.1). */
    private static final String CLOUD_EVENT = "ce-specversion";

    private final StreamEngine engine;
    private final KnownEvents known;
    private final AppendBodyParser bodies;
    private final AppendRateLimiter limit;

    public AppendRoute(StreamEngine engine, AppendRateLimiter limit) {
        this.engine = engine;
        this.limit = limit;
        this.known = engine.knownEvents();
        this.bodies = new AppendBodyParser(engine.limits());
    }

    /** Appends the events of the body; answers when they are durable. */
    public void append(HttpExchange exchange, StreamPath path) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.requireSomeAppend(path);
        Optional<Chain> chain = permissions.appended();
        MediaType type = MediaType.of(exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE));
        if (type.isParsed()) {
            RequestBodyReader.requirePlain(exchange.request());
        }
        Optional<BodyTransform> transform =
                exchange.query().one("jsonataTransform").map(BodyTransform::compile);
        IntUnaryOperator limits = first -> bodies.limit(type, first);
        Function<byte[], ReceivedRequest> received = body -> new ReceivedRequest(
                exchange.request().getMethod(),
                exchange.query().all(),
                exchange.request().getHeaders(),
                type,
                body,
                engine.limits().eventBytes());
        Function<ParsedAppend, CompletableFuture<Void>> store = parsedAppend -> {
            limit.take(exchange.caller(permissions), parsedAppend.events().size());
            boolean batch = parsedAppend.batch(); // the answer does not keep the inputs
            Consumer<List<AppendedRecord>> answer = appended -> answer(exchange, batch, appended);
            return engine.appendParsed(
                            exchange.project(),
                            path,
                            parsedAppend.events(),
                            permissions.trust(),
                            chain,
                            stored -> permissions.requireAppend(known.operation(stored), stored, path))
                    .thenAccept(answer);
        };
        exchange.failWith(
                transform.isPresent()
                        ? RequestBodyReader.readForTree(
                                exchange,
                                limits,
                                body -> transform
                                        .get()
                                        .apply(
                                                bodies.value(type, body),
                                                known,
                                                EvaluationThreads.of(exchange.project(), path))
                                        .thenApply(received.apply(body)::describeInResult)
                                        .thenComposeAsync(store, exchange.executor()))
                        : RequestBodyReader.read(
                                exchange,
                                limits,
                                body -> store.apply(
                                        received.apply(body).describeIn(read(exchange, type, body, path)))));
    }

    private ParsedAppend read(HttpExchange exchange, MediaType type, byte[] body, StreamPath path) {
        return exchange.request().getHeaders().contains(CLOUD_EVENT)
                ? bodies.readData(
                        type, body, CLOUD_EVENT + ": the body is the data of a CloudEvent; its attributes are headers")
                : bodies.read(type, body, path);
    }

    private void answer(HttpExchange exchange, boolean batch, List<AppendedRecord> appended) {
        appended.stream()
                .map(answer -> answer.event().type())
                .distinct()
                .flatMap(type -> known.fullName(type).stream())
                .limit(MOST_HINTS)
                .forEach(full -> exchange.response().getHeaders().add("Millrace-Hint", full));
        if (appended.stream().allMatch(AppendedRecord::replayed)) {
            exchange.response().getHeaders().put("Idempotent-Replayed", "true");
        }
        byte[] start = (batch ? "{\"events\":[" : "{\"event\":").getBytes(StandardCharsets.UTF_8);
        byte[] end = (batch
                        ? appended.stream()
                                .map(answer -> String.valueOf(answer.replayed()))
                                .collect(Collectors.joining(",", "],\"replayed\":[", "]}"))
                        : "}")
                .getBytes(StandardCharsets.UTF_8);
        int length = start.length + end.length + appended.size() - 1;
        for (AppendedRecord answer : appended) {
            length += answer.event().json().length;
        }
        ByteBuffer json = ByteBuffer.allocate(length).put(start);
        for (int i = 0; i < appended.size(); i++) {
            if (i > 0) {
                json.put((byte) ',');
            }
            json.put(appended.get(i).event().json());
        }
        exchange.json(200, json.put(end).array());
    }
}
