package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The transformers of a stream, in the order in which they were first configured. Immutable.
 *
 * @since 0.1
 */
public final class TransformerState {
    private static final TransformerState NONE = new TransformerState(Map.of());

    private final Map<String, Transformer> transformersBySlug;

    private TransformerState(Map<String, Transformer> transformersBySlug) {
        this.transformersBySlug = Collections.unmodifiableMap(new LinkedHashMap<>(transformersBySlug));
    }

    static TransformerState none() {
        return NONE;
    }

    @JsonCreator
    static TransformerState of(@JsonProperty("transformersBySlug") @Nullable Map<String, Transformer> transformers) {
        return transformers == null ? NONE : new TransformerState(transformers);
    }

    @JsonProperty
    Map<String, Transformer> transformersBySlug() {
        return transformersBySlug;
    }

    /** Adds a transformer at the end; a replaced one keeps its position. */
    TransformerState with(String slug, Transformer transformer) {
        if (transformer.equals(transformersBySlug.get(slug))) {
            return this;
        }
        Map<String, Transformer> more = new LinkedHashMap<>(transformersBySlug);
        more.put(slug, transformer);
        return new TransformerState(more);
    }

    TransformerState without(String slug) {
        if (!transformersBySlug.containsKey(slug)) {
            return this;
        }
        Map<String, Transformer> fewer = new LinkedHashMap<>(transformersBySlug);
        fewer.remove(slug);
        return new TransformerState(fewer);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransformerState state && transformersBySlug.equals(state.transformersBySlug);
    }

    @Override
    public int hashCode() {
        return Objects.hash(transformersBySlug);
    }

    @Override
    public String toString() {
        return "transformers " + transformersBySlug;
    }
}
