package dev.millrace.server.webhook;

import dev.millrace.server.webhook.Verification.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Checks the signature of a webhook with one secret.
 *
 * <pre>{@code
 * Verification result = SignatureScheme.of("github", secret).verify(new SignedRequest(headers, body), now);
 * }</pre>
 *
 * <p>The schemes are {@code github}, {@code stripe}, {@code slack}, {@code standard-webhooks} and {@code hmac}, which is
 * made by {@link #hmac}. If a request has several signatures, one that fits is enough, so a sender can change its secret
 * without a gap; at most 20 are compared, in constant time. Immutable and thread-safe.
 *
 * @since 0.1
 */
public final class SignatureScheme {
    /** How far the time of a signature may be from the clock, if nothing else is configured. */
    public static final Duration DEFAULT_TOLERANCE = Duration.ofMinutes(5);

    private static final Map<String, String> HEADERS = Map.of(
            "github", HeaderFormat.GITHUB.header(),
            "slack", HeaderFormat.SLACK.header(),
            "standard-webhooks", new StandardWebhooksFormat("v1").header(),
            "stripe", new StripeFormat().header());

    private final String name;
    private final SignatureFormat format;
    private final SignatureKey key;
    private final DeliveryId deliveryId;
    private final Duration tolerance;

    private SignatureScheme(
            String name, SignatureFormat format, SignatureKey key, DeliveryId deliveryId, Duration tolerance) {
        this.name = name;
        this.format = format;
        this.key = key;
        this.deliveryId = deliveryId;
        this.tolerance = tolerance;
    }

    /**
     * A scheme by its name.
     *
     * @param secret as the sender shows it; for {@code standard-webhooks} {@code whsec_<base64>}, base64 alone, or the
     *     public key {@code whpk_<base64>}
     * @throws IllegalArgumentException if there is no such scheme, or the secret is empty or not in the form of the
     *     scheme
     */
    public static SignatureScheme of(String name, String secret) {
        return switch (name) {
            case "github" ->
                scheme(name, HeaderFormat.GITHUB, sha256(secret), DeliveryId.inHeader("x-github-delivery"));
            case "stripe" -> scheme(name, new StripeFormat(), sha256(secret), DeliveryId.inBody("id"));
            case "slack" -> scheme(name, HeaderFormat.SLACK, sha256(secret), DeliveryId.inBody("event_id"));
            case "standard-webhooks" -> {
                String text = new String(bytes(secret), StandardCharsets.UTF_8);
                yield scheme(
                        name,
                        StandardWebhooksFormat.of(text),
                        StandardWebhooksFormat.key(text),
                        DeliveryId.inHeader(StandardWebhooksFormat.ID));
            }
            case "hmac" ->
                throw new IllegalArgumentException(
                        "the scheme hmac needs the header of the signature, its algorithm and its encoding");
            default ->
                throw new IllegalArgumentException(
                        "there is no scheme '" + name + "'; use github, stripe, slack, standard-webhooks or hmac");
        };
    }

    /**
     * The scheme {@code hmac}.
     *
     * @throws IllegalArgumentException if the secret is empty
     */
    public static SignatureScheme hmac(HmacFormat format, String secret) {
        return scheme(
                "hmac",
                HeaderFormat.of(format),
                format.key(bytes(secret)),
                format.idHeader().map(DeliveryId::inHeader).orElse(request -> Optional.empty()));
    }

    private static SignatureScheme scheme(
            String name, SignatureFormat format, SignatureKey key, DeliveryId deliveryId) {
        return new SignatureScheme(name, format, key, deliveryId, DEFAULT_TOLERANCE);
    }

    private static SignatureKey sha256(String secret) {
        return new HmacKey("HmacSHA256", bytes(secret));
    }

    private static byte[] bytes(String secret) {
        if (secret.isBlank()) {
            throw new IllegalArgumentException("the secret is empty; copy it again from the sender");
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The same scheme with another tolerance. It has no effect if the scheme has no time.
     *
     * @param most how far the time of a signature may be before or after the clock; the limit is included
     * @throws IllegalArgumentException if it is negative
     */
    public SignatureScheme withTolerance(Duration most) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("the tolerance must not be negative, got " + most);
        }
        return new SignatureScheme(name, format, key, deliveryId, most);
    }

    /** The names of the schemes with a header of their own, each with this header in lower case; not {@code hmac}. */
    public static Map<String, String> headers() {
        return new TreeMap<>(HEADERS);
    }

    /** The name of the scheme, for example {@code github}. */
    public String name() {
        return name;
    }

    /** The header with the signature, in lower case. */
    public String header() {
        return format.header();
    }

    /** Whether a signature has a time, and so a tolerance. */
    public boolean hasTime() {
        return format.hasTime();
    }

    /** Whether the request has the header of this scheme, whatever is in it. */
    public boolean isSigned(SignedRequest request) {
        return !request.values(header()).isEmpty();
    }

    /**
     * Checks a request. Does not throw, whatever the headers and the body are.
     *
     * @param now the time on the receiver's clock
     */
    public Verification verify(SignedRequest request, Instant now) {
        if (!isSigned(request)) {
            return Verification.failed(Outcome.UNSIGNED, "there is no header " + header());
        }
        List<SignedText> texts;
        try {
            texts = format.read(request);
        } catch (MalformedSignatureException e) {
            return Verification.failed(Outcome.MALFORMED, String.valueOf(e.getMessage()));
        }
        List<SignedText> right = texts.stream()
                .filter(text -> key.fitsAny(text.start(), request.body(), text.signatures()))
                .toList();
        if (right.isEmpty()) {
            return Verification.failed(
                    Outcome.DIFFERENT,
                    "the signature in the header " + header()
                            + " differs: it was made with another secret, or what it signs was changed");
        }
        if (right.stream().noneMatch(text -> isInTime(text, now))) {
            return Verification.failed(
                    Outcome.OUT_OF_TIME, late(right.get(0).time().orElse(now), now));
        }
        Optional<String> id = deliveryId.of(request);
        return new Verification(
                Outcome.VERIFIED, name + id.map(text -> ", delivery " + text).orElse(", without a delivery id"), id);
    }

    private boolean isInTime(SignedText text, Instant now) {
        return text.time()
                .map(time -> Duration.between(time, now).abs().compareTo(tolerance) <= 0)
                .orElse(true);
    }

    private String late(Instant time, Instant now) {
        Duration off = Duration.between(time, now);
        return "the signature is right, but its time " + time + " is " + off.abs() + " "
                + (off.isNegative() ? "after" : "before") + " the receiver's clock " + now + ", and the tolerance is "
                + tolerance;
    }

    /** Contains no secret. */
    @Override
    public String toString() {
        return "SignatureScheme[" + name + "]";
    }
}
