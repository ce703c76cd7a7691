package dev.millrace.processors.jsonata;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;

/** The events that configure transformers. Immutable. */
public sealed interface TransformerEvent {
    /**
     * A transformer, inserted or replaced by slug.
     *
     * @param slug its name
     * @param matcher which events it is for
     * @param transform what becomes of them
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/jsonata-transformer-configured",
            aliases = "events.iterate.com/jsonata-reactor/rule-configured")
    record Configured(
            @NotBlank String slug,
            @NotBlank String matcher,
            @NotBlank String transform) implements TransformerEvent {}

    /**
     * The end of a transformer.
     *
     * @param slug its name
     */
    @EventName("millrace/jsonata-transformer-removed")
    record Removed(@NotBlank String slug) implements TransformerEvent {}
}
