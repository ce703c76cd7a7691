package dev.millrace.cli.internal.demo;

import dev.millrace.cli.internal.service.ModelProviderSettings;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The model of the demo: the one of OpenAI's settings, or a scripted model in this process. */
final class DemoModel implements AutoCloseable {
    private final Map<String, String> settings;
    private final @Nullable ScriptedModelServer scripted;

    private DemoModel(Map<String, String> settings, @Nullable ScriptedModelServer scripted) {
        this.settings = Map.copyOf(settings);
        this.scripted = scripted;
    }

    static DemoModel start(Map<String, String> environment) {
        Map<String, String> settings = ModelProviderSettings.from(environment);
        settings.put(ModelProviderSettings.PROVIDER, "openai");
        if (ModelProviderSettings.hasProvider(settings)) {
            return new DemoModel(settings, null);
        }
        ScriptedModelServer scripted = ScriptedModelServer.start(ModelScript.assistant());
        Map<String, String> ours = new HashMap<>(settings);
        ours.put(ModelProviderSettings.BASE_URL, scripted.baseUrl());
        ours.put(ModelProviderSettings.API_KEY, "scripted");
        ours.put(ModelProviderSettings.MODEL, "scripted");
        return new DemoModel(ours, scripted);
    }

    Map<String, String> settings() {
        return settings;
    }

    String describe() {
        if (scripted != null) {
            return "The answers come from a scripted model that does sums, calls tools by their names and repeats"
                    + " other texts. It is not an LLM; to use one, set OPENAI_API_KEY.";
        }
        return "The answers come from " + settings.getOrDefault(ModelProviderSettings.MODEL, "the default model")
                + " at " + settings.getOrDefault(ModelProviderSettings.BASE_URL, "the provider's public address") + ".";
    }

    @Override
    public void close() {
        if (scripted != null) {
            scripted.close();
        }
    }
}
