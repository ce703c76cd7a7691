package dev.millrace.processors.script.internal.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.internal.sandbox.ScriptEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * An HTTP request of a script.
 *
 * @param method in capitals
 * @param headers as the script wrote them, with references to secrets
 * @param follow whether to follow redirects
 */
public record FetchRequest(
        HttpUrl url, String method, List<WorkerEvent.Header> headers, Optional<byte[]> body, boolean follow) {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final Set<String> NEED_BODY = Set.of("POST", "PUT", "PATCH");
    private static final Set<String> REFUSE_BODY = Set.of("GET", "HEAD");
    private static final Set<String> OWNED = Set.of(
            "host connection content-length transfer-encoding accept-encoding upgrade te trailer expect keep-alive millrace-chain"
                    .split(" "));
    private static final int MOST_BODY = 1 << 20;

    /** The time to parse a URL grows with the square of its length. */
    private static final int LONGEST_URL = 8_000;

    /**
     * Reads the argument of {@code fetch}.
     *
     * @throws ScriptEngine.Refusal if it is not a valid request
     */
    public static FetchRequest read(JsonNode json) {
        String address = JsonCodec.toWellFormed(json.path("url").asText());
        if (address.length() > LONGEST_URL) {
            throw new ScriptEngine.Refusal(
                    "fetch: expected a URL of at most " + LONGEST_URL + " characters, got " + address.length());
        }
        HttpUrl url = HttpUrl.parse(address);
        if (url == null || !url.username().isEmpty() || !url.password().isEmpty()) {
            throw new ScriptEngine.Refusal(
                    "fetch: expected an http or https URL without user and password; put credentials into a header");
        }
        String method = json.path("method").asText().toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw new ScriptEngine.Refusal("fetch: the method must be one of "
                    + METHODS.stream().sorted().toList());
        }
        List<WorkerEvent.Header> headers = new ArrayList<>();
        for (JsonNode header : json.path("headers")) {
            String name = header.path(0).asText();
            if (OWNED.contains(name.toLowerCase(Locale.ROOT))
                    || name.toLowerCase(Locale.ROOT).startsWith("proxy-")) {
                throw new ScriptEngine.Refusal("fetch: the header '" + name + "' is set by the server; remove it");
            }
            headers.add(new WorkerEvent.Header(name, header.path(1).asText()));
        }
        return new FetchRequest(
                url,
                method,
                List.copyOf(headers),
                body(json, method),
                json.path("follow").asBoolean());
    }

    private static Optional<byte[]> body(JsonNode json, String method) {
        JsonNode body = json.path("body");
        if (!body.isTextual()) {
            return NEED_BODY.contains(method) ? Optional.of(new byte[0]) : Optional.empty();
        }
        if (REFUSE_BODY.contains(method)) {
            throw new ScriptEngine.Refusal("fetch: a " + method + " request cannot have a body");
        }
        byte[] bytes = JsonCodec.toWellFormed(body.asText())
                .getBytes(json.path("binary").asBoolean() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        if (bytes.length > MOST_BODY) {
            throw new ScriptEngine.Refusal(
                    "fetch: the body has " + bytes.length + " bytes, more than the limit of " + MOST_BODY);
        }
        return Optional.of(bytes);
    }
}
