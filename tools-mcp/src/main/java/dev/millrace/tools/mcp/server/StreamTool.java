package dev.millrace.tools.mcp.server;

import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;

/** A tool that the server offers. Implementations are thread-safe. */
interface StreamTool {
    String name();

    /** What the tool does, for the model. */
    String description();

    /** The JSON schema of the arguments, with a name in {@code properties} for each of them. */
    String schema();

    /** What a client may expect of a call. */
    ToolAnnotations hints();

    /**
     * Runs a call and returns the result for the model.
     *
     * @throws IllegalArgumentException if an argument is wrong
     * @throws dev.millrace.core.StreamException if the service refuses something
     * @throws ToolFailure if it fails for another reason
     */
    String call(ToolArguments arguments);
}
