package dev.millrace.processors.jsonata;

import java.util.Optional;

/**
 * A pair of JSONata expressions that derives events. Both are evaluated on an event in its wire format.
 *
 * @param matcher true if the transform applies to the event
 * @param transform returns the event to append
 * @param mayControl true if that event may have a type that takes {@code control}
 */
record Transformer(String matcher, String transform, Optional<Boolean> mayControl) {}
