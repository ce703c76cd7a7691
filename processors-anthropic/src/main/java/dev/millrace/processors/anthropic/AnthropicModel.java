package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.http.ApiKey;
import dev.millrace.processors.agent.http.BaseUrl;
import dev.millrace.processors.agent.http.ModelHttpClient;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * A model behind Anthropic's Messages API. Each request has the whole conversation; its beginning is marked, so that
 * the service can cache it. A prompt without a maximum of output tokens asks for at most 16,384, reasoning included,
 * because the service requires a number. Thread-safe.
 *
 * @since 0.1
 */
public final class AnthropicModel implements Model {
    /** The name of the provider. */
    public static final String PROVIDER = "anthropic";

    static final String PUBLIC_BASE_URL = "https://api.anthropic.com/v1";
    static final String DEFAULT_MODEL = "claude-sonnet-5-5";

    private static final String VERSION = "2023-06-01";

    private final String baseUrl;
    private final String defaultModel;
    private final ModelHttpClient client;

    private AnthropicModel(Builder builder) {
        HttpUrl url = versioned(builder.baseUrl);
        ApiKey key = new ApiKey(builder.apiKey, "anthropic.api-key");
        this.baseUrl = url.toString();
        this.defaultModel = builder.model;
        this.client = new ModelHttpClient(
                url.newBuilder().addPathSegment("messages").build(),
                key,
                request -> headers(request, key),
                "anthropic.base-url",
                "check anthropic.base-url: is there an API with /messages, or is this a server of another one, for example"
                        + " of chat completions?",
                builder.timers);
    }

    /** A builder of a model. */
    public static Builder builder() {
        return new Builder();
    }

    /** The address with its version: clients of this service accept it with and without {@code /v1}. */
    static HttpUrl versioned(String baseUrl) {
        HttpUrl url = BaseUrl.parse(baseUrl, "anthropic.base-url", PUBLIC_BASE_URL);
        boolean hasVersion = url.pathSegments().get(url.pathSize() - 1).matches("v\\d+");
        return hasVersion ? url : url.newBuilder().addPathSegment("v1").build();
    }

    private static void headers(Request.Builder request, ApiKey key) {
        request.header("anthropic-version", VERSION);
        key.authorize(request, "x-api-key", "");
    }

    /**
     * A model that is configured by the environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and ANTHROPIC_MODEL, each as the
     * setter of the builder.
     *
     * @throws IllegalArgumentException if neither a key nor a base URL is set
     */
    public static AnthropicModel fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    static AnthropicModel fromEnvironment(Map<String, String> variables) {
        String key = variables.getOrDefault("ANTHROPIC_API_KEY", "").strip();
        String url = variables.getOrDefault("ANTHROPIC_BASE_URL", "").strip();
        String id = variables.getOrDefault("ANTHROPIC_MODEL", "").strip();
        if (key.isEmpty() && url.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no model: ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL are not set; set the"
                            + " key, or the base URL of a server without keys");
        }
        return builder()
                .apiKey(key)
                .baseUrl(url.isEmpty() ? PUBLIC_BASE_URL : url)
                .model(id.isEmpty() ? DEFAULT_MODEL : id)
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
        return List.of("messages");
    }

    @Override
    public Runnable send(Prompt prompt, ModelSink sink) {
        ObjectNode body = RequestBody.of(prompt, this);
        return client.send(
                body, MessageStreamReader::new, error -> OptionalParameters.refused(error, body, prompt), sink);
    }

    /** Contains the address, but not the key. */
    @Override
    public String toString() {
        return client.toString();
    }

    /** A builder of a model. Not thread-safe. */
    public static final class Builder {
        private String baseUrl = PUBLIC_BASE_URL;
        private String apiKey = "";
        private String model = DEFAULT_MODEL;
        private Timers timers = Timers.system();

        private Builder() {}

        /**
         * The base URL, to which {@code /messages} is appended; by default that of the public API. If it does not end
         * with a version such as {@code /v1}, {@code /v1} is added.
         */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** The API key; none by default, which many local servers accept. */
        public Builder apiKey(String key) {
            apiKey = key;
            return this;
        }

        /** The model if neither the log nor the agent names one; {@code claude-sonnet-5-5} by default. */
        public Builder model(String id) {
            model = id;
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
        public AnthropicModel build() {
            return new AnthropicModel(this);
        }
    }
}
