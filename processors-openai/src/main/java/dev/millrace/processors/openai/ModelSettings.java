package dev.millrace.processors.openai;

import dev.millrace.core.hosting.HostContext;
import okhttp3.HttpUrl;

/** Reads address and key of the model from the settings of the server. */
final class ModelSettings {
    static final String PUBLIC_BASE_URL = "https://api.openai.com/v1";

    private ModelSettings() {}

    static OpenAiAgent.Builder apply(HostContext context) {
        String baseUrl = context.setting("openai.base-url").orElse(PUBLIC_BASE_URL);
        String key = context.setting("openai.api-key").orElse("");
        if (key.isBlank() && baseUrl.equals(PUBLIC_BASE_URL)) {
            throw new IllegalArgumentException("processor 'openai-agent' cannot start: " + PUBLIC_BASE_URL
                    + " requires a key, and none is set; set openai.api-key ('millrace serve' reads it from"
                    + " OPENAI_API_KEY), or set openai.base-url (OPENAI_BASE_URL) to a server without keys");
        }
        OpenAiAgent.Builder builder = OpenAiAgent.builder().baseUrl(baseUrl).apiKey(key);
        context.setting("openai.model").ifPresent(builder::model);
        return builder;
    }

    /** Parses a base URL; throws an {@link IllegalArgumentException} if it is no HTTP URL. */
    static HttpUrl parse(String baseUrl) {
        HttpUrl url = HttpUrl.parse(baseUrl.replaceAll("/+$", ""));
        if (url == null || !url.username().isEmpty() || url.query() != null) {
            throw new IllegalArgumentException("openai.base-url must be an http or https URL like " + PUBLIC_BASE_URL
                    + ", without user, password and query");
        }
        return url;
    }
}
