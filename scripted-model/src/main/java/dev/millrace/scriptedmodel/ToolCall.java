package dev.millrace.scriptedmodel;

/**
 * A call of a tool by the scripted model.
 *
 * @param callId what the output will answer to
 * @param name the tool
 * @param arguments JSON, or whatever a model may write in its place; sent in pieces of eight characters
 */
public record ToolCall(String callId, String name, String arguments) {}
