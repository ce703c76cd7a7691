package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.hosting.StateSlice;
import dev.millrace.core.processor.Processor;
import dev.millrace.jsonata.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The provider of the {@link JsonataTransformer}, which runs on every stream that configures a transformer. The server
 * setting {@code jsonata-transformer.most-derivations} replaces {@link JsonataTransformer#MOST_DERIVATIONS}.
 *
 * @since 0.1
 */
public final class JsonataTransformerProvider implements ProcessorProvider {
    private static final String MOST = "jsonata-transformer.most-derivations";
    private static final int LONGEST_SLUG = 200;

    @Override
    public String name() {
        return JsonataTransformer.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                ProvidedEvent.of(TransformerEvent.Configured.class)
                        .activating()
                        .withOperation(Operation.CONTROL)
                        .withRule(JsonataTransformerProvider::problems),
                ProvidedEvent.of(TransformerEvent.Removed.class).withOperation(Operation.CONTROL));
    }

    private static List<String> problems(TransformerEvent.Configured configured, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        int length = configured.slug().length();
        if (length > LONGEST_SLUG) {
            problems.add("payload.slug: expected at most " + LONGEST_SLUG + " characters, got " + length);
        }
        compile("matcher", configured.matcher(), problems);
        compile("transform", configured.transform(), problems);
        return problems;
    }

    private static void compile(String field, String expression, List<String> problems) {
        try {
            Expression.compile(expression);
        } catch (IllegalArgumentException e) {
            problems.add("payload." + field + ": " + e.getMessage());
        }
    }

    /**
     * Creates a processor.
     *
     * @throws IllegalArgumentException if the configuration is not empty, or the setting is not a positive integer
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        if (!config.isEmpty()) {
            throw new IllegalArgumentException("configuration of the processor '" + JsonataTransformer.SLUG
                    + "' must be empty; append jsonata-transformer-configured events instead");
        }
        int most = context.setting(MOST)
                .map(JsonataTransformerProvider::positive)
                .orElse(JsonataTransformer.MOST_DERIVATIONS);
        return new JsonataTransformer(most, context.payloads(), context.project());
    }

    private static int positive(String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new IllegalArgumentException("setting " + MOST + " must be a positive integer, got '" + text + "'");
    }

    @Override
    public JsonNode stateSlice(JsonNode state) {
        return StateSlice.ofMap(state, "transformersBySlug", Set.of("matcher", "transform"));
    }
}
