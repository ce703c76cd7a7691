package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.webhook.Handshake;
import dev.millrace.server.internal.webhook.StreamWebhooks;
import dev.millrace.server.internal.webhook.WebhookVerifier;
import dev.millrace.server.webhook.IncomingWebhooks;
import dev.millrace.server.webhook.SignedRequest;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/**
 * The requests of webhook senders: finds out who signed a request, and answers handshakes. None of them needs a token.
 * Thread-safe.
 */
public final class WebhookRoute {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");
    private static final String ORIGIN = "WebHook-Request-Origin";
    private static final String RATE = "WebHook-Request-Rate";

    /** Headers of programs that append events. A request with these alone has no signature. */
    private static final Set<String> ORDINARY = Set.of(
            "accept",
            "accept-encoding",
            "accept-language",
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "cookie",
            "expect",
            "forwarded",
            "host",
            "keep-alive",
            "millrace-chain",
            "origin",
            "pragma",
            "priority",
            "referer",
            "te",
            "traceparent",
            "tracestate",
            "transfer-encoding",
            "user-agent",
            "via",
            "x-project-slug");

    private static final List<String> ORDINARY_STARTS = List.of("sec-", "x-forwarded-", "x-iterate-", "x-millrace-");

    private final StreamEngine engine;
    private final WebhookVerifier verifier;
    private final Timers timers;

    public WebhookRoute(StreamEngine engine, WebhookVerifier verifier, Timers timers) {
        this.engine = engine;
        this.verifier = verifier;
        this.timers = timers;
    }

    /** The webhooks of a stream; empty if none is configured. Blocks for reads of the store. */
    Optional<StreamWebhooks> on(HttpExchange exchange, StreamPath path) {
        return verifier.on(exchange.project(), path);
    }

    /**
     * Whether a request could be of a webhook sender, by its query and the names of its headers. Bodies that are no
     * events are looked at in any case; this keeps the store out of the way of ordinary appends.
     */
    static boolean isCandidate(HttpExchange exchange) {
        if (exchange.query().names().contains("validationToken")) {
            return true;
        }
        for (HttpField header : exchange.request().getHeaders()) {
            String name = header.getLowerCaseName();
            boolean isToken = name.equals("authorization")
                    && String.valueOf(header.getValue())
                            .toLowerCase(Locale.ROOT)
                            .startsWith("bearer ");
            if (!isToken && !ORDINARY.contains(name) && ORDINARY_STARTS.stream().noneMatch(name::startsWith)) {
                return true;
            }
        }
        return false;
    }

    /** The signed parts of a request. */
    static SignedRequest signed(HttpExchange exchange, byte[] body) {
        Map<String, List<String>> headers = new TreeMap<>();
        exchange.request()
                .getHeaders()
                .forEach(header -> headers.computeIfAbsent(header.getLowerCaseName(), name -> new ArrayList<>())
                        .add(header.getValue() == null ? "" : header.getValue()));
        return new SignedRequest(headers, body);
    }

    /** Counts a refusal, and describes it. */
    HttpErrorException refuse(HttpExchange exchange, StreamPath path, String problem) {
        verifier.countRefusal(exchange.project(), path);
        return HttpErrorException.webhookUnverified("the webhook is refused, because " + path
                + " accepts only verified ones: " + problem
                + "; 'millrace webhook verify' finds out why a signature fails");
    }

    /** Answers a POST that is a handshake. */
    boolean answerPost(HttpExchange exchange, StreamPath path, StreamWebhooks webhooks, byte[] body) {
        Optional<Handshake> handshake = Handshake.ofPost(webhooks, exchange.query(), body);
        handshake.ifPresent(found -> answer(exchange, path, found));
        return handshake.isPresent();
    }

    /** Answers a GET that is a handshake; every other GET is a read. */
    public boolean answerGet(HttpExchange exchange, StreamPath path) {
        Optional<StreamWebhooks> webhooks = Handshake.isMeta(exchange.query())
                ? on(exchange, path).filter(found -> found.hasHandshake("meta"))
                : Optional.empty();
        if (webhooks.isEmpty()) {
            return false;
        }
        Handshake handshake = Handshake.ofGet(webhooks.get(), exchange.query())
                .orElseThrow(() -> refuse(exchange, path, "hub.verify_token is not the one that is configured"));
        answer(exchange, path, handshake);
        return true;
    }

    /** Whether an OPTIONS can be a handshake. */
    public static boolean isOptions(HttpExchange exchange) {
        return exchange.request().getHeaders().contains(ORIGIN);
    }

    /** Answers an OPTIONS that is a handshake. */
    public boolean answerOptions(HttpExchange exchange, StreamPath path) {
        HttpFields headers = exchange.request().getHeaders();
        Optional<Handshake> handshake = on(exchange, path)
                .flatMap(webhooks -> Handshake.ofOptions(webhooks, String.valueOf(headers.get(ORIGIN))));
        handshake.ifPresent(found -> {
            exchange.response().getHeaders().put("WebHook-Allowed-Origin", found.answer());
            exchange.response()
                    .getHeaders()
                    .put(
                            "WebHook-Allowed-Rate",
                            Optional.ofNullable(headers.get(RATE)).orElse("*"));
            answer(exchange, path, new Handshake(found.kind(), found.name(), ""));
        });
        return handshake.isPresent();
    }

    /** Answers also if the record cannot be stored, for example because the stream is paused. */
    private void answer(HttpExchange exchange, StreamPath path, Handshake handshake) {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("type", "millrace/webhook-handshake")
                .put("idempotencyKey", key(handshake));
        event.putObject("payload").put("name", handshake.name()).put("kind", handshake.kind());
        event.set("metadata", Provenance.metadataOf(IncomingWebhooks.SLUG, Optional.empty()));
        var unused = engine.append(exchange.project(), path, List.of(JsonCodec.write(event)))
                .whenComplete((stored, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.DEBUG, "the handshake of " + handshake.name() + " is not recorded", failure);
                    }
                    exchange.body(
                            200, "text/plain; charset=utf-8", handshake.answer().getBytes(StandardCharsets.UTF_8));
                });
    }

    /** One a minute: any caller can send a handshake, and must not fill the log. */
    private String key(Handshake handshake) {
        long minute = timers.now().getEpochSecond() / Duration.ofMinutes(1).toSeconds();
        return "webhook-handshake/" + handshake.name() + "/" + handshake.kind() + "/" + minute;
    }
}
