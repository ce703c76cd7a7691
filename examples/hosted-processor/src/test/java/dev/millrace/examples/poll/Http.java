package dev.millrace.examples.poll;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** An HTTP client of the server, without Millrace classes. */
final class Http {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final URI server;

    Http(URI server) {
        this.server = server;
    }

    /** An answer with a JSON body. */
    record Answer(int status, JsonNode body) {}

    Answer append(String token, String path, String type, String payload) {
        String event = "{\"type\":\"" + type + "\",\"payload\":" + payload.replace('\'', '"') + "}";
        return send(request(token, "/api/streams" + path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(event)));
    }

    Answer get(String token, String path) {
        return send(request(token, path).header("Accept", "application/json"));
    }

    List<JsonNode> events(String token, String path) {
        List<JsonNode> events = new ArrayList<>();
        get(token, "/api/streams" + path + "?beforeOffset=end").body().forEach(events::add);
        return events;
    }

    /** The entry of an event type in the OpenAPI document. */
    JsonNode described(String type) {
        JsonNode events = get("", "/api/openapi.json").body().path("x-millrace-events");
        return StreamSupport.stream(events.spliterator(), false)
                .filter(event -> event.path("type").asText().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private HttpRequest.Builder request(String token, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(LIMIT);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), JsonCodec.parse(response.body()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
