package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import dev.millrace.jsonata.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts a {@link JsonataTransformer} on every stream that configures one. The server's setting {@code
 * jsonata-transformer.most-derivations} replaces the default depth.
 */
public final class JsonataTransformerProvider implements ProcessorProvider {
    private static final String MOST = "jsonata-transformer.most-derivations";
    private static final int LONGEST_SLUG = 200;

    /** Called by {@link java.util.ServiceLoader}. */
    public JsonataTransformerProvider() {}

    @Override
    public String name() {
        return JsonataTransformer.SLUG;
    }

    @Override
    public Set<BuiltInType> activatedBy() {
        return Set.of(BuiltInType.JSONATA_TRANSFORMER_CONFIGURED);
    }

    @Override
    public List<String> problems(BuiltInType type, JsonNode payload) {
        List<String> problems = new ArrayList<>();
        if (type == BuiltInType.JSONATA_TRANSFORMER_CONFIGURED) {
            int length = payload.path("slug").asText().length();
            if (length > LONGEST_SLUG) {
                problems.add("payload.slug: expected at most " + LONGEST_SLUG + " characters, got " + length);
            }
            compile("matcher", payload, problems);
            compile("transform", payload, problems);
        }
        return problems;
    }

    private static void compile(String field, JsonNode payload, List<String> problems) {
        try {
            Expression.compile(payload.path(field).asText());
        } catch (IllegalArgumentException e) {
            problems.add("payload." + field + ": " + e.getMessage());
        }
    }

    /**
     * A transformer.
     *
     * @throws IllegalArgumentException when the configuration is not empty, or the setting is no positive number
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        if (!config.isEmpty()) {
            throw new IllegalArgumentException("configuration of the processor '" + JsonataTransformer.SLUG
                    + "' is not valid: it has none; append jsonata-transformer-configured events instead");
        }
        return context.setting(MOST).map(JsonataTransformerProvider::limited).orElseGet(JsonataTransformer::new);
    }

    private static JsonataTransformer limited(String most) {
        try {
            return new JsonataTransformer(Integer.parseInt(most.strip()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "setting " + MOST + " must be a positive integer, got '" + most + "'", e);
        }
    }
}
