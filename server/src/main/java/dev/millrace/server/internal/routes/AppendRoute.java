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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The route that appends: reads the request body, passes its events to the engine and answers the stored events.
 * Thread-safe.
 */
public final class AppendRoute {
    private static final int MOST_HINTS = 10;
    private static final byte[] NO_BODY = new byte[0];
    private static final Set<String> INVALID = BuiltInType.INVALID_EVENT_APPENDED.spellings();

    /** The header of each CloudEvent in binary mode (CloudEvents 1.0, HTTP protocol binding, section 3.1). */
    private static final String CLOUD_EVENT = "ce-specversion";

    private final StreamEngine engine;
    private final KnownEvents known;
    private final AppendBodyParser bodies;
    private final AppendRateLimiter limit;
    private final WebhookRoute webhooks;
    private final WaitingWriters writers = new WaitingWriters();

    public AppendRoute(StreamEngine engine, AppendRateLimiter limit, WebhookRoute webhooks) {
        this.engine = engine;
        this.webhooks = webhooks;
        this.limit = limit;
        this.known = engine.knownEvents();
        this.bodies = new AppendBodyParser(engine.limits(), known);
    }

    /**
     * Appends the events of the body; answers when they are durable. A sender whose signature a configured webhook
     * verifies needs no token: its body is stored as data, whatever its fields are.
     */
    public void append(HttpExchange exchange, StreamPath path) {
        Optional<HttpErrorException> refusal = refusal(exchange, path);
        Append append = new Append(exchange, path, refusal);
        if (refusal.isPresent() || WebhookRoute.isCandidate(exchange)) {
            append.beginAsWebhook();
        }
        if (append.type.isParsed()) {
            RequestBodyReader.requirePlain(exchange.request());
        }
        // the query is not signed, so a sender without rights of its own has no transform
        Optional<BodyTransform> transform = refusal.isPresent()
                ? Optional.empty()
                : exchange.query().one("jsonataTransform").map(BodyTransform::compile);
        boolean isValue = refusal.isPresent() || transform.isPresent() || isCloudEvent(exchange);
        IntUnaryOperator limits = isValue ? first -> bodies.valueLimit() : first -> bodies.limit(append.type, first);
        exchange.failWith(
                transform.isPresent()
                        ? RequestBodyReader.readForTree(
                                exchange, limits, body -> append.transform(transform.get(), body))
                        : RequestBodyReader.read(exchange, limits, append::receive));
    }

    /** Why the token of the caller, or its absence, allows no append to the stream; empty if it allows some. */
    private static Optional<HttpErrorException> refusal(HttpExchange exchange, StreamPath path) {
        try {
            exchange.authenticate().requireSomeAppend(path);
            return Optional.empty();
        } catch (HttpErrorException refusal) {
            if (refusal.status() != 401 && refusal.status() != 403) {
                throw refusal;
            }
            return Optional.of(refusal);
        }
    }

    /** The body is no event, and the stream has webhooks, which were not looked up before. */
    private static final class WebhookFoundException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WebhookFoundException() {
            super("a webhook", null, false, false);
        }
    }

    /** One request. Its body may be of a webhook; whether it is, is known late. */
    private final class Append {
        private final HttpExchange exchange;
        private final StreamPath path;
        private final MediaType type;
        private final Optional<HttpErrorException> refusal;
        private final CallerPermissions permissions;
        private final Optional<Chain> chain;
        private boolean isLookedUp;
        private boolean isCharged;
        private Optional<StreamWebhooks> configured = Optional.empty();

        Append(HttpExchange exchange, StreamPath path, Optional<HttpErrorException> refusal) {
            this.exchange = exchange;
            this.path = path;
            this.refusal = refusal;
            this.permissions = refusal.isPresent() ? exchange.ofSender(path) : exchange.authenticate();
            this.type = MediaType.of(exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE));
            this.chain = permissions.appended();
        }

        /** Throws the refusal of the caller if the stream has no webhooks, or the request can be none of them. */
        void beginAsWebhook() {
            lookUp();
            if (refusal.isEmpty()) {
                return;
            }
            if (configured.isEmpty()) {
                throw refusal.get();
            }
            permissions.requireSomeAppend(path);
            if (!configured.get().canAccept(WebhookRoute.signed(exchange, NO_BODY))) {
                throw unsigned(configured.get());
            }
        }

        private void lookUp() {
            configured = webhooks.on(exchange, path);
            isLookedUp = true;
        }

        /** Stores the events that an expression makes of the body. They are not what the sender signed. */
        CompletableFuture<Void> transform(BodyTransform transform, byte[] body) {
            lookUp(); // again: the body may have taken long
            Optional<Sender> sender = configured.flatMap(found -> sender(found, body));
            if (configured.isPresent() && webhooks.answerPost(exchange, path, configured.get(), body)) {
                return CompletableFuture.completedFuture(null);
            }
            boolean isVerified = sender.isPresent();
            return transform
                    .apply(bodies.value(type, body), known, EvaluationThreads.of(exchange.project(), path))
                    .thenApply(received(body)::describeInResult)
                    .thenComposeAsync(events -> store(events, isVerified, true), exchange.executor());
        }

        CompletableFuture<Void> receive(byte[] body) {
            if (isLookedUp) {
                lookUp(); // again: the body may have taken long
            }
            if (configured.isPresent()) {
                if (refusal.isPresent()) {
                    charge(1); // also if it is refused: a check takes time
                }
                Optional<Sender> sender = sender(configured.get(), body);
                if (webhooks.answerPost(exchange, path, configured.get(), body)) {
                    return CompletableFuture.completedFuture(null);
                }
                if (sender.isPresent()) {
                    return store(received(body).describeIn(signed(sender.get(), body)), true, false);
                }
            }
            if (refusal.isPresent()) {
                throw configured.map(this::unsigned).orElseGet(refusal::get);
            }
            ParsedAppend parsed = received(body).describeIn(read(exchange, type, body, path));
            return store(parsed, false, true).exceptionallyCompose(failure -> {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                return cause instanceof WebhookFoundException ? receive(body) : CompletableFuture.failedFuture(failure);
            });
        }

        /** The error for a request without a signature: a caller with a token is told what is wrong with the token. */
        private HttpErrorException unsigned(StreamWebhooks found) {
            boolean hasToken = exchange.request().getHeaders().contains(HttpHeader.AUTHORIZATION);
            return refusal.filter(error -> hasToken || !found.refuses())
                    .orElseGet(() -> webhooks.refuse(exchange, path, found.unsigned()));
        }

        /** Who signed the body; empty if it has no signature, or one that is not verified and may be kept. */
        private Optional<Sender> sender(StreamWebhooks found, byte[] body) {
            SignedRequest request = WebhookRoute.signed(exchange, body);
            if (!found.isSigned(request)) {
                return Optional.empty();
            }
            StreamWebhooks.Result result = found.verify(request);
            if (result.sender().isEmpty() && (found.refuses() || refusal.isPresent())) {
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
                    configured.map(StreamWebhooks::signatureHeaders).orElse(Set.of()),
                    type,
                    body,
                    engine.limits().eventBytes());
        }

        private void charge(int events) {
            if (!isCharged) {
                limit.take(exchange.caller(permissions), events);
                isCharged = true;
            }
        }

        /**
         * Stores events.
         *
         * @param isVerified whether a signature was checked, so that they may be invalid
         * @param takesRights whether each event needs a right of the caller; otherwise the signature is the right
         */
        private CompletableFuture<Void> store(ParsedAppend parsed, boolean isVerified, boolean takesRights) {
            charge(parsed.events().size());
            boolean batch = parsed.batch(); // the answer does not keep the inputs
            Consumer<List<AppendedRecord>> answer = appended -> answer(exchange, batch, appended);
            Consumer<String> check = stored -> {
                if (takesRights) {
                    permissions.requireAppend(known.operation(stored), stored, path);
                }
                if (!isVerified && INVALID.contains(stored)) {
                    requireVerified();
                }
            };
            return writers.start(() -> engine.appendParsed(
                            exchange.project(), path, parsed.events(), permissions.trust(), chain, check))
                    .thenAccept(answer);
        }

        private void requireVerified() {
            boolean isNew = !isLookedUp;
            if (isNew) {
                lookUp();
            }
            if (isNew && configured.isPresent()) {
                throw new WebhookFoundException();
            }
            configured.filter(StreamWebhooks::refuses).ifPresent(found -> {
                throw unsigned(found);
            });
        }
    }

    private ParsedAppend read(HttpExchange exchange, MediaType type, byte[] body, StreamPath path) {
        return isCloudEvent(exchange)
                ? bodies.readData(
                        type, body, CLOUD_EVENT + ": the body is the data of a CloudEvent; its attributes are headers")
                : bodies.read(type, body, path);
    }

    private static boolean isCloudEvent(HttpExchange exchange) {
        return exchange.request().getHeaders().contains(CLOUD_EVENT);
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
        if (appended.stream().anyMatch(AppendedRecord::diverged)) {
            exchange.response().getHeaders().put("Idempotent-Diverged", "true");
        }
        List<byte[]> json = new ArrayList<>(2 * appended.size() + 1);
        json.add(utf8(batch ? "{\"events\":[" : "{\"event\":"));
        for (int i = 0; i < appended.size(); i++) {
            if (i > 0) {
                json.add(utf8(","));
            }
            json.add(appended.get(i).event().json());
        }
        json.add(utf8(
                batch
                        ? appended.stream()
                                .map(answer -> String.valueOf(answer.replayed()))
                                .collect(Collectors.joining(",", "],\"replayed\":[", "]}"))
                        : "}"));
        exchange.json(200, json);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
