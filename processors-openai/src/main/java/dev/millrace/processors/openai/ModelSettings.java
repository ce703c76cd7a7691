package dev.millrace.processors.openai;

import dev.millrace.core.hosting.HostContext;
import okhttp3.HttpUrl;

/** Where the model is and how to get in: from the settings of the server, and from nowhere else. */
final class ModelSettings {
    static final String PUBLIC_BASE_URL = "https://api.openai.com/v1";

    private ModelSettings() {}

    /** An agent builder with the server's settings. */
    static OpenAiAgent.Builder apply(HostContext context) {
        String baseUrl = context.setting("openai.base-url").orElse(PUBLIC_BASE_URL);
        String key = context.setting("openai.api-key").orElse("");
        if (key.isBlank() && baseUrl.equals(PUBLIC_BASE_URL)) {
            throw new IllegalArgumentException("processor 'openai-agent' cannot be made: " + PUBLIC_BASE_URL
                    + " wants a key and there is none; set openai.api-key (OPENAI_API_KEY in the environment of millrace serve), or openai.base-url (OPENAI_BASE_URL)"
                    + " to a server without keys");
        }
        OpenAiAgent.Builder builder = OpenAiAgent.builder().baseUrl(baseUrl).apiKey(key);
        context.setting("openai.model").ifPresent(builder::model);
        return builder;
    }

    /**
     * Reads a base URL.
     *
     * @throws IllegalArgumentException when it is not an HTTP URL
     */
    static HttpUrl parse(String baseUrl) {
        HttpUrl url = HttpUrl.parse(baseUrl.replaceAll("/+$", ""));
        if (url == null || !url.username().isEmpty() || url.query() != null) {
            throw new IllegalArgumentException("openai.base-url must be an http or https URL like " + PUBLIC_BASE_URL
                    + ", without user, password and query");
        }
        return url;
    }
}
