package dev.millrace.processors.jsonata;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import java.util.Optional;

/**
 * The events that configure transformers. Immutable.
 *
 * @since 0.1
 */
public sealed interface TransformerEvent {
    /**
     * Adds a transformer, or replaces the one with the same slug.
     *
     * @param slug the name of the transformer
     * @param matcher JSONata expression; true for the events to transform
     * @param transform JSONata expression that returns the event to append
     * @param mayControl whether that event may have a type that takes {@code control}; false by default
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/jsonata-transformer-configured",
            aliases = "events.iterate.com/jsonata-reactor/rule-configured")
    record Configured(
            @NotBlank String slug,
            @NotBlank String matcher,
            @NotBlank String transform,
            Optional<Boolean> mayControl) implements TransformerEvent {
        /** A transformer that may not append control types. */
        public Configured(String slug, String matcher, String transform) {
            this(slug, matcher, transform, Optional.empty());
        }
    }

    /** Removes the transformer with this slug. */
    @EventName("millrace/jsonata-transformer-removed")
    record Removed(@NotBlank String slug) implements TransformerEvent {}
}
