package dev.millrace.processors.jsonata;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;

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
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/jsonata-transformer-configured",
            aliases = "events.iterate.com/jsonata-reactor/rule-configured")
    record Configured(
            @NotBlank String slug,
            @NotBlank String matcher,
            @NotBlank String transform) implements TransformerEvent {}

    /** Removes the transformer with this slug. */
    @EventName("millrace/jsonata-transformer-removed")
    record Removed(@NotBlank String slug) implements TransformerEvent {}
}
