package dev.millrace.engine.spi;

import java.util.List;

/**
 * What the engine wants to store, and what must be true for it.
 *
 * @param moment of the facts from which it was decided: if nothing was committed since then, all beliefs are true
 * @param beliefs conditions on the store before the changes
 * @param changes in the order in which they are made; a later one sees the earlier ones
 * @since 0.1
 */
public record Proposal(long moment, List<Belief> beliefs, List<Change> changes) {}
