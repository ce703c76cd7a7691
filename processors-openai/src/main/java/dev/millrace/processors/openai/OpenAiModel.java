package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.http.ApiKey;
import dev.millrace.processors.agent.http.BaseUrl;
import dev.millrace.processors.agent.http.ModelHttpClient;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/**
 * A model behind OpenAI's Responses API, or behind Chat Completions ({@link Wire}). The service stores nothing between
 * requests: each request has the whole conversation. Thread-safe.
 *
 * @since 0.1
 */
public final class OpenAiModel implements Model {
    /** The name of the provider. */
    public static final String PROVIDER = "openai";

    static final String PUBLIC_BASE_URL = "https://api.openai.com/v1";
    static final String DEFAULT_MODEL = "gpt-5-mini";

    private final String baseUrl;
    private final String defaultModel;
    private final Wire wire;
    private final Map<Wire, ModelHttpClient> clients = new EnumMap<>(Wire.class);
    private final ModelHttpClient list;

    private OpenAiModel(Builder builder) {
        HttpUrl url = BaseUrl.parse(builder.baseUrl, "openai.base-url", PUBLIC_BASE_URL);
        ApiKey key = new ApiKey(builder.apiKey, "openai.api-key");
        this.baseUrl = url.toString();
        this.defaultModel = builder.model;
        this.wire = builder.wire;
        for (Wire each : Wire.values()) {
            clients.put(each, client(url, each.path(), key, each.hint(), builder.timers));
        }
        this.list = client(url, "models", key, "", builder.timers);
    }

    private static ModelHttpClient client(HttpUrl base, String path, ApiKey key, String hint, Timers timers) {
        return new ModelHttpClient(
                base.newBuilder().addPathSegments(path).build(),
                key,
                request -> key.authorize(request, "Authorization", "Bearer "),
                "openai.base-url",
                hint,
                timers);
    }

    /** A builder of a model. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A model that is configured by the environment: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL and
     * OPENAI_WIRE, each as the setter of the builder.
     *
     * @throws IllegalArgumentException if neither a key nor a base URL is set, or the wire is none
     */
    public static OpenAiModel fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    static OpenAiModel fromEnvironment(Map<String, String> variables) {
        String key = variables.getOrDefault("OPENAI_API_KEY", "").strip();
        String url = variables.getOrDefault("OPENAI_BASE_URL", "").strip();
        String id = variables.getOrDefault("OPENAI_MODEL", "").strip();
        String wire = variables.getOrDefault("OPENAI_WIRE", "").strip();
        if (key.isEmpty() && url.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no model: OPENAI_API_KEY and OPENAI_BASE_URL are not set; set the"
                            + " key, or the base URL of a server without keys");
        }
        return builder()
                .apiKey(key)
                .baseUrl(url.isEmpty() ? PUBLIC_BASE_URL : url)
                .model(id.isEmpty() ? DEFAULT_MODEL : id)
                .wire(wire.isEmpty() ? Wire.RESPONSES : Wire.parse(wire, "OPENAI_WIRE"))
                .build();
    }

    @Override
    public String provider() {
        return PROVIDER;
    }

    @Override
    public String baseUrl() {
        return baseUrl;
    }

    @Override
    public String defaultModel() {
        return defaultModel;
    }

    @Override
    public List<String> wires() {
        return Stream.concat(Stream.of(wire), Arrays.stream(Wire.values()))
                .distinct()
                .map(Wire::wireName)
                .toList();
    }

    @Override
    public Runnable send(Prompt prompt, ModelSink sink) {
        Wire asked = prompt.wire().map(name -> Wire.parse(name, "wire")).orElse(wire);
        ObjectNode body = asked.body(prompt, this);
        return client(asked).send(body, asked::parser, error -> OptionalParameters.refused(error, body, prompt), sink);
    }

    /**
     * Asks the server for the ids of its models ({@code GET /models}), in its order, for 30 s at most. Not every server
     * has such a list.
     *
     * @return fails with an {@link java.io.IOException} that says what came; to cancel it closes the connection
     */
    public CompletableFuture<List<String>> models() {
        CompletableFuture<JsonNode> document = list.get();
        CompletableFuture<List<String>> ids = document.thenApply(json -> json.path("data")
                .valueStream()
                .map(model -> model.path("id").asText())
                .filter(id -> !id.isEmpty())
                .toList());
        var unused = ids.whenComplete((done, failure) -> document.cancel(true));
        return ids;
    }

    private ModelHttpClient client(Wire asked) {
        return Objects.requireNonNull(clients.get(asked));
    }

    /** Contains the address, but not the key. */
    @Override
    public String toString() {
        return client(wire).toString();
    }

    /** A builder of a model. Not thread-safe. */
    public static final class Builder {
        private String baseUrl = PUBLIC_BASE_URL;
        private String apiKey = "";
        private String model = DEFAULT_MODEL;
        private Wire wire = Wire.RESPONSES;
        private Timers timers = Timers.system();

        private Builder() {}

        /** The base URL, to which the path of the wire is appended; by default that of the public API. */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** The API key; none by default, which many local servers accept. */
        public Builder apiKey(String key) {
            apiKey = key;
            return this;
        }

        /** The model if neither the log nor the agent names one; {@code gpt-5-mini} by default. */
        public Builder model(String id) {
            model = id;
            return this;
        }

        /** The wire if neither the log nor the agent names one; {@link Wire#RESPONSES} by default. */
        public Builder wire(Wire newWire) {
            wire = newWire;
            return this;
        }

        /** Clock and timers; those of the system by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /**
         * Builds the model.
         *
         * @throws IllegalArgumentException if the base URL is no HTTP URL or the key has invalid characters; the
         *     message does not contain the key
         */
        public OpenAiModel build() {
            return new OpenAiModel(this);
        }
    }
}
