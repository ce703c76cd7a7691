package dev.millrace.processors.jsonata;

/**
 * One rule that derives events.
 *
 * @param matcher JSONata over an event; true when the transformer is for it
 * @param transform JSONata over the same event; answers the event to append
 */
record Transformer(String matcher, String transform) {}
