package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.webhook.Handshake;
import dev.millrace.server.internal.webhook.OrdinaryHeaders;
import dev.millrace.server.internal.webhook.StreamWebhooks;
import dev.millrace.server.internal.webhook.WebhookVerifier;
import dev.millrace.server.webhook.IncomingWebhooks;
import dev.millrace.server.webhook.SignedRequest;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String ORIGIN = "WebHook-Request-Origin";
    private static final String RATE = "WebHook-Request-Rate";

    /** The last handshakes, each with the minute of its record. */
    private static final int MOST_KEPT = 1_000;

    private final StreamEngine engine;
    private final WebhookVerifier verifier;
    private final AppendRateLimiter limit;
    private final Timers timers;
    private final Set<String> recorded = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_KEPT;
        }
    });

    public WebhookRoute(StreamEngine engine, WebhookVerifier verifier, AppendRateLimiter limit, Timers timers) {
        this.engine = engine;
        this.verifier = verifier;
        this.limit = limit;
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
            if (!OrdinaryHeaders.contains(header.getLowerCaseName(), String.valueOf(header.getValue()))) {
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
        if (webhooks.isEmpty() || exchange.isHead()) {
            return false;
        }
        limit.take(exchange.caller(exchange.ofSender(path)), 1); // a verify token can be guessed
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
        String key = key(handshake);
        byte[] text = handshake.answer().getBytes(StandardCharsets.UTF_8);
        synchronized (recorded) {
            if (!recorded.add(exchange.project() + " " + path + " " + key)) {
                exchange.body(200, TEXT, text);
                return;
            }
        }
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("type", "millrace/webhook-handshake")
                .put("idempotencyKey", key);
        event.putObject("payload").put("name", handshake.name()).put("kind", handshake.kind());
        event.set("metadata", Provenance.metadataOf(IncomingWebhooks.SLUG, Optional.empty()));
        var unused = engine.append(exchange.project(), path, List.of(JsonCodec.write(event)))
                .whenComplete((stored, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.DEBUG, "the handshake of " + handshake.name() + " is not recorded", failure);
                    }
                    exchange.body(200, TEXT, text);
                });
    }

    /** One a minute: any caller can send a handshake, and must not fill the log. */
    private String key(Handshake handshake) {
        long minute = timers.now().getEpochSecond() / Duration.ofMinutes(1).toSeconds();
        return "webhook-handshake/" + handshake.name() + "/" + handshake.kind() + "/" + minute;
    }
}
