package dev.millrace.scriptedmodel;

/**
 * A tool call of the scripted model.
 *
 * @param callId the id to which the output refers
 * @param name the tool
 * @param arguments JSON, or any other text that a model may produce; sent in pieces of eight characters
 * @since 0.1
 */
public record ToolCall(String callId, String name, String arguments) {}
