package dev.millrace.server.webhook;

import dev.millrace.core.EventName;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.server.internal.webhook.OrdinaryHeaders;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the webhooks of one sender are verified on a stream. It replaces the configuration with the same name.
 *
 * @param name 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}
 * @param scheme a name of a {@link SignatureScheme}
 * @param secret the secret that the sender signs with
 * @param unverified what happens to a webhook that is not verified: {@code refuse}, the default, or {@code keep}
 * @param tolerance how far the time of a signature may be from the clock, in ISO-8601, at most a day; {@code PT5M} by
 *     default
 * @param handshake which request of the sender is answered when it is set up: {@code slack}, {@code meta}, {@code
 *     graph} or {@code cloudevents}; none by default
 * @param verifyToken the verify token of {@code meta}
 * @param header as in {@link HmacFormat}, as all further fields: for {@code hmac} only
 * @since 0.1
 */
@EventName("millrace/webhook-configured")
public record WebhookConfigured(
        @NotBlank String name,
        @NotBlank String scheme,
        SecretRef secret,
        Optional<String> unverified,
        Optional<String> tolerance,
        Optional<String> handshake,
        Optional<SecretRef> verifyToken,
        Optional<String> header,
        Optional<String> algorithm,
        Optional<String> encoding,
        Optional<String> prefix,
        Optional<String> timestampHeader,
        Optional<String> idHeader) {
    private static final String HMAC = "hmac";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<String> HANDSHAKES = Set.of("slack", "meta", "graph", "cloudevents");
    private static final Duration LONGEST_TOLERANCE = Duration.ofDays(1);

    /**
     * A secret of the project.
     *
     * @param ref its name
     * @since 0.1
     */
    public record SecretRef(@NotBlank String ref) {}

    /** Whether a webhook that is not verified is refused. */
    public boolean refuses() {
        return !unverified.equals(Optional.of("keep"));
    }

    /** The header with the signature, in lower case. */
    public String signatureHeader() {
        return SignatureScheme.headers()
                .getOrDefault(scheme, hmacFormat().map(HmacFormat::header).orElse(""));
    }

    /**
     * The check of signatures with the value of {@link #secret}.
     *
     * @throws IllegalArgumentException if the value is not in the form of the scheme; the message does not contain it
     */
    public SignatureScheme signatureScheme(String value) {
        SignatureScheme check = hmacFormat()
                .map(format -> SignatureScheme.hmac(format, value))
                .orElseGet(() -> SignatureScheme.of(scheme, value));
        return check.withTolerance(tolerance.map(Duration::parse).orElse(SignatureScheme.DEFAULT_TOLERANCE));
    }

    private Optional<HmacFormat> hmacFormat() {
        return scheme.equals(HMAC)
                ? Optional.of(new HmacFormat(
                        header.orElse(""),
                        algorithm.orElse(""),
                        encoding.orElse(""),
                        prefix.orElse(""),
                        timestampHeader,
                        idHeader))
                : Optional.empty();
    }

    /** What is wrong beyond the types of the fields. */
    static List<String> problems(WebhookConfigured configured, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        if (!NAME.matcher(configured.name).matches()) {
            problems.add("payload.name: expected 1 to 64 letters, digits, '.', '_' and '-'");
        }
        if (configured
                .unverified
                .filter(word -> !Set.of("refuse", "keep").contains(word))
                .isPresent()) {
            problems.add("payload.unverified: expected refuse or keep");
        }
        configured
                .tolerance
                .filter(text -> !isTolerance(text))
                .ifPresent(text -> problems.add(
                        "payload.tolerance: expected a positive duration of at most a day, for example PT5M"));
        configured.schemeProblem().ifPresent(problems::add);
        if (configured.handshake.filter(kind -> !HANDSHAKES.contains(kind)).isPresent()) {
            problems.add("payload.handshake: expected slack, meta, graph or cloudevents");
        }
        if (configured.handshake.equals(Optional.of("meta")) != configured.verifyToken.isPresent()) {
            problems.add("payload.verifyToken: belongs to the handshake meta; set both or neither");
        }
        return problems;
    }

    private Optional<String> schemeProblem() {
        if (scheme.equals(HMAC)) {
            try {
                String named = hmacFormat().map(HmacFormat::header).orElse("");
                return OrdinaryHeaders.contains(named, prefix.orElse(""))
                        ? Optional.of("payload.header: expected a header of the sender's own, got " + named)
                        : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of("payload: " + e.getMessage());
            }
        }
        if (!SignatureScheme.headers().containsKey(scheme)) {
            return Optional.of("payload.scheme: expected github, stripe, slack, standard-webhooks or hmac");
        }
        Map<String, Optional<String>> ofHmac = Map.of(
                "header", header,
                "algorithm", algorithm,
                "encoding", encoding,
                "prefix", prefix,
                "timestampHeader", timestampHeader,
                "idHeader", idHeader);
        return ofHmac.entrySet().stream()
                .filter(field -> field.getValue().isPresent())
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst()
                .map(field -> "payload." + field + ": belongs to the scheme hmac; leave it out");
    }

    private static boolean isTolerance(String text) {
        try {
            Duration tolerance = Duration.parse(text);
            return !tolerance.isZero() && !tolerance.isNegative() && tolerance.compareTo(LONGEST_TOLERANCE) <= 0;
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
