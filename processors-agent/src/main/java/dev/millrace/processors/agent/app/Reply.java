package dev.millrace.processors.agent.app;

/**
 * The answer of an agent.
 *
 * @param text the text of the model; empty if it said nothing
 * @param offset the offset of the event that ended the request
 * @since 0.1
 */
public record Reply(String text, long offset) {}
