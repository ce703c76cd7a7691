package dev.millrace.processors.jsonata;

import dev.millrace.core.EventName;

/** The events that configure transformers. */
sealed interface TransformerEvent {
    /**
     * A transformer, inserted or replaced by slug.
     *
     * @param slug its name
     * @param matcher which events it is for
     * @param transform what becomes of them
     */
    @EventName("https://events.iterate.com/events/stream/jsonata-transformer-configured")
    record Configured(String slug, String matcher, String transform) implements TransformerEvent {}

    /**
     * The end of a transformer.
     *
     * @param slug its name
     */
    @EventName("millrace/jsonata-transformer-removed")
    record Removed(String slug) implements TransformerEvent {}
}
