package dev.millrace.cli.internal.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.JsonCodec;
import dev.millrace.server.webhook.SignedRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the request that an {@code invalid-event-appended} event contains. */
final class StoredRequest {
    private static final String TYPE = "invalid-event-appended";

    private StoredRequest() {}

    static RequestInput parse(byte[] json) {
        JsonNode event;
        try {
            event = JsonCodec.parse(json);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    "standard input begins as JSON, but is not one JSON value: " + e.getMessage() + "; give one event",
                    e);
        }
        if (event.isArray() && event.size() == 1) {
            event = event.get(0);
        }
        JsonNode payload = event.path("payload");
        JsonNode request = payload.path("request");
        if (!event.path("type").asText().endsWith(TYPE)
                || !request.path("headers").isObject()) {
            throw new CommandException("the JSON on standard input is not one " + TYPE
                    + " event with payload.request.headers; give such an event, or the raw request with its headers");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : request.path("headers").properties()) {
            headers.put(header.getKey(), values(header.getValue()));
        }
        return new RequestInput(new SignedRequest(headers, body(payload)), time(event.path("createdAt")));
    }

    private static List<String> values(JsonNode value) {
        List<String> values = new ArrayList<>();
        (value.isArray() ? value : List.of(value)).forEach(one -> values.add(one.asText()));
        return values;
    }

    private static Optional<Instant> time(JsonNode createdAt) {
        try {
            return createdAt.isTextual() ? Optional.of(Instant.parse(createdAt.textValue())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static byte[] body(JsonNode payload) {
        JsonNode request = payload.path("request");
        if (request.path("bodyBase64").isTextual()) {
            return decode(request.path("bodyBase64").textValue());
        }
        String hash = request.path("bodySha256").asText();
        return candidates(payload.path("rawInput")).stream()
                .filter(bytes -> sha256(bytes).equals(hash))
                .findFirst()
                .orElseThrow(() -> new CommandException("the bytes of the body cannot be had from this event: it has no"
                        + " payload.request.bodyBase64, and the compact rawInput has another SHA-256 than"
                        + " payload.request.bodySha256, because the sender used other white space; record the raw request"
                        + " at the sender, and give that"));
    }

    /** What the body may have been. A body that is not JSON is the field {@code body} of the input. */
    private static List<byte[]> candidates(JsonNode rawInput) {
        List<byte[]> candidates = new ArrayList<>();
        JsonNode text = rawInput.path("body");
        if (rawInput.isNull() || rawInput.isMissingNode()) {
            candidates.add(new byte[0]);
        } else if (rawInput.path("encoding").asText().equals("base64") && text.isTextual()) {
            candidates.add(decode(text.textValue()));
        } else if (text.isTextual()) {
            candidates.add(text.textValue().getBytes(StandardCharsets.UTF_8));
        }
        candidates.add(JsonCodec.write(rawInput));
        return candidates;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    "the body in the event on standard input is no base64; give the event unchanged", e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
