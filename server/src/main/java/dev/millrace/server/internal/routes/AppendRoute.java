package dev.millrace.server.internal.routes;

import dev.millrace.core.BuiltInType;
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
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RequestBodyReader;
import dev.millrace.server.internal.webhook.ReceivedRequest;
import dev.millrace.server.internal.webhook.StreamWebhooks;
import dev.millrace.server.internal.webhook.StreamWebhooks.Sender;
import dev.millrace.server.webhook.SignedRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
    private static final Set<String> INVALID = BuiltInType.INVALID_EVENT_APPENDED.spellings();

    /** The header of each CloudEvent in binary mode (CloudEvents 1.0, HTTP protocol binding, section 3.1). */
    private static final String CLOUD_EVENT = "ce-specversion";

    private final StreamEngine engine;
    private final KnownEvents known;
    private final AppendBodyParser bodies;
    private final AppendRateLimiter limit;
    private final WebhookRoute webhooks;

    public AppendRoute(StreamEngine engine, AppendRateLimiter limit, WebhookRoute webhooks) {
        this.engine = engine;
        this.webhooks = webhooks;
        this.limit = limit;
        this.known = engine.knownEvents();
        this.bodies = new AppendBodyParser(engine.limits());
    }

    /**
     * Appends the events of the body; answers when they are durable. A sender whose signature a configured webhook
     * verifies needs no token: its body is stored as data, whatever its fields are.
     */
    public void append(HttpExchange exchange, StreamPath path) {
        Optional<CallerPermissions> own = own(exchange, path);
        Optional<StreamWebhooks> webhooks = own.isEmpty() || WebhookRoute.isCandidate(exchange)
                ? this.webhooks.on(exchange, path)
                : Optional.empty();
        if (own.isEmpty() && webhooks.isEmpty()) {
            exchange.authenticate().requireSomeAppend(path); // throws what own() has caught
        }
        CallerPermissions permissions = own.orElseGet(() -> exchange.ofSender(path));
        permissions.requireSomeAppend(path);
        MediaType type = MediaType.of(exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE));
        if (type.isParsed()) {
            RequestBodyReader.requirePlain(exchange.request());
        }
        Append append = new Append(exchange, path, type, own.isPresent(), permissions, permissions.appended());
        // the query is not signed, so a sender without rights of its own has no transform
        Optional<BodyTransform> transform =
                own.flatMap(caller -> exchange.query().one("jsonataTransform")).map(BodyTransform::compile);
        IntUnaryOperator limits = first -> bodies.limit(type, first);
        exchange.failWith(
                transform.isPresent()
                        ? RequestBodyReader.readForTree(
                                exchange, limits, body -> append.transform(transform.get(), body, webhooks))
                        : RequestBodyReader.read(exchange, limits, body -> append.receive(body, webhooks)));
    }

    /** The rights of the caller by its token; empty if they allow no append to the stream. */
    private static Optional<CallerPermissions> own(HttpExchange exchange, StreamPath path) {
        try {
            CallerPermissions permissions = exchange.authenticate();
            permissions.requireSomeAppend(path);
            return Optional.of(permissions);
        } catch (HttpErrorException refusal) {
            if (refusal.status() != 401 && refusal.status() != 403) {
                throw refusal;
            }
            return Optional.empty();
        }
    }

    /** The body is no event, and the stream has webhooks, which were not looked up before. */
    private static final class WebhookFoundException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient StreamWebhooks webhooks;

        WebhookFoundException(StreamWebhooks webhooks) {
            super("a webhook", null, false, false);
            this.webhooks = webhooks;
        }
    }

    /** One request whose body is being read. */
    private final class Append {
        private final HttpExchange exchange;
        private final StreamPath path;
        private final MediaType type;
        private final boolean isOwn;
        private final CallerPermissions permissions;
        private final Optional<Chain> chain;

        Append(
                HttpExchange exchange,
                StreamPath path,
                MediaType type,
                boolean isOwn,
                CallerPermissions permissions,
                Optional<Chain> chain) {
            this.exchange = exchange;
            this.path = path;
            this.type = type;
            this.isOwn = isOwn;
            this.permissions = permissions;
            this.chain = chain;
        }

        /** Stores the events that an expression makes of the body. They are not what the sender signed. */
        CompletableFuture<Void> transform(BodyTransform transform, byte[] body, Optional<StreamWebhooks> configured) {
            configured.ifPresent(found -> sender(found, body));
            return transform
                    .apply(bodies.value(type, body), known, EvaluationThreads.of(exchange.project(), path))
                    .thenApply(received(body)::describeInResult)
                    .thenComposeAsync(
                            events -> again(
                                    store(events, configured, false),
                                    found -> store(events, Optional.of(found), false)),
                            exchange.executor());
        }

        CompletableFuture<Void> receive(byte[] body, Optional<StreamWebhooks> configured) {
            if (configured.isPresent()) {
                Optional<Sender> sender = sender(configured.get(), body);
                if (webhooks.answerPost(exchange, path, configured.get(), body)) {
                    return CompletableFuture.completedFuture(null);
                }
                if (sender.isPresent()) {
                    return store(received(body).describeIn(signed(sender.get(), body)), Optional.empty(), true);
                }
                if (!isOwn) {
                    requireRight();
                    throw webhooks.refuse(exchange, path, configured.get().unsigned());
                }
            }
            ParsedAppend parsed = received(body).describeIn(read(exchange, type, body, path));
            return again(store(parsed, configured, false), found -> receive(body, Optional.of(found)));
        }

        /** Tries again if webhooks were found meanwhile. Nothing was stored then. */
        private static CompletableFuture<Void> again(
                CompletableFuture<Void> first, Function<StreamWebhooks, CompletableFuture<Void>> second) {
            return first.exceptionallyCompose(failure -> {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                return cause instanceof WebhookFoundException found
                        ? second.apply(found.webhooks)
                        : CompletableFuture.failedFuture(failure);
            });
        }

        /** Throws a 403 if the caller has a token that does not allow an append here. */
        private void requireRight() {
            try {
                exchange.authenticate().requireSomeAppend(path);
            } catch (HttpErrorException refusal) {
                if (refusal.status() == 403) {
                    throw refusal;
                }
            }
        }

        /** Who signed the body; empty if it has no signature, or one that is not verified and may be kept. */
        private Optional<Sender> sender(StreamWebhooks configured, byte[] body) {
            SignedRequest request = WebhookRoute.signed(exchange, body);
            if (!configured.isSigned(request)) {
                return Optional.empty();
            }
            StreamWebhooks.Result result = configured.verify(request);
            if (result.sender().isEmpty() && (configured.refuses() || !isOwn)) {
                throw webhooks.refuse(exchange, path, result.problem());
            }
            return result.sender();
        }

        private ParsedAppend signed(Sender sender, byte[] body) {
            ParsedAppend data = bodies.readData(
                    type, body, "the body is the data of the webhook '" + sender.name() + "', and no event");
            return new ParsedAppend(
                    data.events().stream()
                            .map(input -> input.withVerification(sender.json(), sender.key()))
                            .toList(),
                    false);
        }

        private ReceivedRequest received(byte[] body) {
            return new ReceivedRequest(
                    exchange.request().getMethod(),
                    exchange.query().all(),
                    exchange.request().getHeaders(),
                    type,
                    body,
                    engine.limits().eventBytes());
        }

        /** {@code isVerified}: a signature was checked, so the events may be invalid. */
        private CompletableFuture<Void> store(
                ParsedAppend parsed, Optional<StreamWebhooks> configured, boolean isVerified) {
            limit.take(exchange.caller(permissions), parsed.events().size());
            boolean batch = parsed.batch(); // the answer does not keep the inputs
            Consumer<List<AppendedRecord>> answer = appended -> answer(exchange, batch, appended);
            return engine.appendParsed(
                            exchange.project(), path, parsed.events(), permissions.trust(), chain, stored -> {
                                if (isVerified) {
                                    return; // the signature is the right to store it
                                }
                                permissions.requireAppend(known.operation(stored), stored, path);
                                if (INVALID.contains(stored)) {
                                    requireVerified(configured);
                                }
                            })
                    .thenAccept(answer);
        }

        private void requireVerified(Optional<StreamWebhooks> configured) {
            if (configured.isEmpty()) {
                webhooks.on(exchange, path).ifPresent(found -> {
                    throw new WebhookFoundException(found);
                });
            } else if (configured.get().refuses()) {
                throw webhooks.refuse(exchange, path, configured.get().unsigned());
            }
        }
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
