package dev.millrace.cli.internal.service;

import java.util.HashMap;
import java.util.Map;

/** Reads the settings of the model providers from environment variables. */
public final class ModelProviderSettings {
    public static final String BASE_URL = "openai.base-url";
    public static final String API_KEY = "openai.api-key";
    public static final String MODEL = "openai.model";
    public static final String ANTHROPIC_API_KEY = "anthropic.api-key";

    /** The provider of agents whose configuration names none. */
    public static final String PROVIDER = "agent.provider";

    private static final Map<String, String> VARIABLES = Map.of(
            "AGENT_PROVIDER", PROVIDER,
            "OPENAI_API_KEY", API_KEY,
            "OPENAI_BASE_URL", BASE_URL,
            "OPENAI_MODEL", MODEL,
            "OPENAI_WIRE", "openai.wire",
            "ANTHROPIC_API_KEY", ANTHROPIC_API_KEY,
            "ANTHROPIC_BASE_URL", "anthropic.base-url",
            "ANTHROPIC_MODEL", "anthropic.model");

    private ModelProviderSettings() {}

    /** The settings whose variables are set and not blank. */
    public static Map<String, String> from(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>();
        VARIABLES.forEach((variable, setting) -> {
            String value = environment.getOrDefault(variable, "").strip();
            if (!value.isEmpty()) {
                settings.put(setting, value);
            }
        });
        return settings;
    }

    /** Whether OpenAI's provider is configured: by a key, or by a base URL, whose server may need no key. */
    public static boolean hasProvider(Map<String, String> settings) {
        return settings.containsKey(API_KEY) || settings.containsKey(BASE_URL);
    }
}
