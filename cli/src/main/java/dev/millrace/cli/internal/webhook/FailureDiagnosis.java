package dev.millrace.cli.internal.webhook;

import dev.millrace.server.webhook.SignatureScheme;
import dev.millrace.server.webhook.SignedRequest;
import dev.millrace.server.webhook.Verification.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Looks for the mistake behind a signature that fails: tries what often goes wrong. For one thread. */
final class FailureDiagnosis {
    /** How a stream keeps the value of a header whose name is that of a secret. */
    private static final Pattern HASHED = Pattern.compile("sha256:[0-9a-f]{32}:[0-9a-f]{64}");

    private final SchemeFactory schemes;
    private final SignatureScheme scheme;
    private final String secret;
    private final SignedRequest request;
    private final Instant now;

    /** @param secret the whole text of the file */
    FailureDiagnosis(SchemeFactory schemes, SignatureScheme scheme, String secret, RequestInput input, Instant now) {
        this.schemes = schemes;
        this.scheme = scheme;
        this.secret = secret;
        this.request = input.request();
        this.now = now;
    }

    /** What to append to the message of a failure; each part begins with a semicolon. */
    String hint(Outcome outcome) {
        return switch (outcome) {
            case UNSIGNED -> otherHeaders();
            case MALFORMED -> hashed() + otherHeaders();
            case OUT_OF_TIME ->
                "; set the clock of the receiver, or give the time of the delivery with --now, or a larger --tolerance";
            case DIFFERENT -> difference();
            case VERIFIED -> "";
        };
    }

    private String hashed() {
        return request.values(scheme.header()).stream()
                        .anyMatch(value -> HASHED.matcher(value).matches())
                ? "; the stream stored only a hash of this header, because of its name; give the raw request"
                : "";
    }

    private String otherHeaders() {
        StringBuilder hints = new StringBuilder();
        SignatureScheme.headers().forEach((name, header) -> {
            if (!header.equals(scheme.header()) && !request.values(header).isEmpty()) {
                hints.append("; there is the header ")
                        .append(header)
                        .append(" of the scheme ")
                        .append(name);
                hints.append(
                        isRight(() -> SignatureScheme.of(name, plain()), request) ? ", with which it verifies" : "");
            }
        });
        return hints.toString();
    }

    private String difference() {
        for (Map.Entry<String, String> other : secrets().entrySet()) {
            if (isRight(() -> schemes.with(other.getValue()), request)) {
                return "; it would verify with " + other.getKey();
            }
        }
        for (Map.Entry<String, byte[]> other : bodies().entrySet()) {
            if (isRight(() -> scheme, new SignedRequest(request.headers(), other.getValue()))) {
                return "; it would verify with " + other.getKey() + ": give the bytes as the sender sent them";
            }
        }
        String others = lengthProblem() + otherHeaders();
        return others.isEmpty()
                ? "; copy the secret again from the sender, and check that no program between changed the body"
                : others;
    }

    private Map<String, String> secrets() {
        Map<String, String> secrets = new LinkedHashMap<>();
        secrets.put("the secret without the white space around it", secret.strip());
        secrets.put("the secret with the line break at the end of its file", secret);
        secrets.put("the secret and a line break after it: the sender has one too much", plain() + "\n");
        secrets.put("the secret without its quotation marks", plain().strip().replaceAll("^([\"'])(.*)\\1$", "$2"));
        String bare = plain().replaceFirst("^whsec_", "");
        if (scheme.name().equals("standard-webhooks")) {
            secrets.put("the secret as text, not read as base64", asBase64(bare));
            secrets.put("the secret with whsec_ as text, not read as base64", asBase64(plain()));
        } else {
            secrets.put("the secret without whsec_", bare);
        }
        return secrets;
    }

    private static String asBase64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String plain() {
        return WebhookVerifyCommand.withoutLineBreak(secret);
    }

    private Map<String, byte[]> bodies() {
        String body = new String(request.body(), StandardCharsets.ISO_8859_1); // each byte is one character
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("a line break at the end of the body", body + "\n");
        bodies.put("a CRLF at the end of the body", body + "\r\n");
        bodies.put("the body without the line break at its end", WebhookVerifyCommand.withoutLineBreak(body));
        bodies.put("LF in place of CRLF in the body", body.replace("\r\n", "\n"));
        bodies.put("CRLF in place of LF in the body", body.replace("\r\n", "\n").replace("\n", "\r\n"));
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        bodies.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.ISO_8859_1)));
        contentLength()
                .filter(length -> length < request.body().length)
                .ifPresent(length -> bytes.put(
                        "the first " + length + " bytes of the body, which is its Content-Length",
                        Arrays.copyOf(request.body(), length)));
        return bytes;
    }

    private Optional<Integer> contentLength() {
        List<String> values = request.values("content-length");
        return values.size() == 1 && values.get(0).matches("[0-9]{1,9}")
                ? Optional.of(Integer.valueOf(values.get(0)))
                : Optional.empty();
    }

    private String lengthProblem() {
        if (request.values("transfer-encoding").stream().anyMatch(value -> value.contains("chunked"))) {
            return "; the header transfer-encoding says that the body is in chunks: give it without their lengths";
        }
        return contentLength()
                .filter(length -> length != request.body().length)
                .map(length -> "; the body has " + request.body().length + " bytes, but its Content-Length is " + length
                        + ": it was changed after it was sent")
                .orElse("");
    }

    /** Whether the signature is right; its time may be wrong. */
    private boolean isRight(Supplier<SignatureScheme> other, SignedRequest changed) {
        try {
            Outcome outcome = other.get().verify(changed, now).outcome();
            return outcome == Outcome.VERIFIED || outcome == Outcome.OUT_OF_TIME;
        } catch (IllegalArgumentException e) {
            return false; // no secret of this scheme
        }
    }
}
