package dev.millrace.server.internal.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.server.webhook.SignedRequest;
import dev.millrace.server.webhook.Verification;
import dev.millrace.server.webhook.WebhookConfigured;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The configured webhooks of one stream. Any one that verifies a request is enough. Immutable. */
public final class StreamWebhooks {
    private final Collection<WebhookConfigured> configurations;
    private final Function<String, Optional<String>> secrets;
    private final Supplier<Instant> clock;

    StreamWebhooks(
            Map<String, WebhookConfigured> configurations,
            Function<String, Optional<String>> secrets,
            Supplier<Instant> clock) {
        this.configurations = configurations.values();
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * What the check of a request found.
     *
     * @param sender who signed it; empty if it is not verified
     * @param problem why it is not verified, in words; contains no secret
     */
    public record Result(Optional<Sender> sender, String problem) {}

    /**
     * Who signed a request.
     *
     * @param name the name of the configuration
     * @param scheme its scheme
     * @param at when it was checked
     * @param deliveryId the id of the delivery, if there is one
     */
    public record Sender(String name, String scheme, Instant at, Optional<String> deliveryId) {
        /** The field {@code verified} of the event. */
        public byte[] json() {
            return JsonCodec.write(JsonNodeFactory.instance
                    .objectNode()
                    .put("name", name)
                    .put("scheme", scheme)
                    .put("at", JsonCodec.time(at)));
        }

        /** The idempotency key of the event; the name has no slash. */
        public Optional<String> key() {
            return deliveryId.map(id -> "webhook/" + name + "/" + id);
        }
    }

    /** Whether a request that is not verified is refused: one configuration that refuses is enough. */
    public boolean refuses() {
        return configurations.stream().anyMatch(WebhookConfigured::refuses);
    }

    /** Whether a request has the signature header of a configuration, whatever is in it. */
    public boolean isSigned(SignedRequest request) {
        return configurations.stream().anyMatch(one -> isSigned(one, request));
    }

    /** Checks the signatures of a request. Does not throw. */
    public Result verify(SignedRequest request) {
        List<String> problems = new ArrayList<>();
        for (WebhookConfigured one : configurations) {
            if (!isSigned(one, request)) {
                continue;
            }
            Optional<String> secret = secrets.apply(one.secret().ref());
            if (secret.isEmpty()) {
                problems.add(one.name() + ": its secret does not exist; create it, or configure another one");
                continue;
            }
            try {
                Instant now = clock.get();
                Verification found = one.signatureScheme(secret.get()).verify(request, now);
                if (found.isVerified()) {
                    return new Result(Optional.of(new Sender(one.name(), one.scheme(), now, found.deliveryId())), "");
                }
                problems.add(one.name() + ": " + found.message());
            } catch (IllegalArgumentException e) {
                problems.add(one.name() + ": " + e.getMessage());
            }
        }
        return new Result(Optional.empty(), String.join("; ", problems));
    }

    /** Why a request without a signature is not verified, in words. */
    public String unsigned() {
        return "it has no signature; expected is the header " + String.join(" or ", headers());
    }

    private List<String> headers() {
        return configurations.stream()
                .map(StreamWebhooks::header)
                .distinct()
                .sorted()
                .toList();
    }

    /** Whether a configuration allows this kind of handshake. */
    public boolean hasHandshake(String kind) {
        return forHandshake(kind).isPresent();
    }

    /** Whether a request with these headers and any body could be verified, or be a handshake. */
    public boolean canAccept(SignedRequest headers) {
        return isSigned(headers) || hasHandshake("slack") || hasHandshake("graph");
    }

    /** The headers with signatures, in lower case. A reader of the log who knew one could send the request again. */
    public Set<String> signatureHeaders() {
        return Set.copyOf(headers());
    }

    /** The configuration for this kind of handshake. */
    Optional<WebhookConfigured> forHandshake(String kind) {
        return configurations.stream()
                .filter(one -> one.handshake().equals(Optional.of(kind)))
                .findFirst();
    }

    /** The configuration whose verify token this is; compared in constant time. */
    Optional<WebhookConfigured> withVerifyToken(String token) {
        byte[] sent = token.getBytes(StandardCharsets.UTF_8);
        return configurations.stream()
                .filter(one -> one.verifyToken()
                        .flatMap(ref -> secrets.apply(ref.ref()))
                        .filter(secret -> MessageDigest.isEqual(secret.getBytes(StandardCharsets.UTF_8), sent))
                        .isPresent())
                .findFirst();
    }

    private static boolean isSigned(WebhookConfigured one, SignedRequest request) {
        return !request.values(header(one)).isEmpty();
    }

    /** The header of the signature; empty for a configuration of an imported log that is not valid. */
    private static String header(WebhookConfigured one) {
        try {
            return one.signatureHeader();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
