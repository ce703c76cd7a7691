package dev.millrace.processors.jsonata;

/**
 * A pair of JSONata expressions that derives events. Both are evaluated on an event in its wire format.
 *
 * @param matcher true if the transform applies to the event
 * @param transform returns the event to append
 */
record Transformer(String matcher, String transform) {}
