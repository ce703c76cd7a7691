package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.tools.mcp.McpProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The file of MCP servers that {@code --mcp} names. */
final class McpFile {
    private McpFile() {}

    /** The setting with its servers; throws a {@link CommandException} that says what is wrong and where. */
    static String setting(Path file, Map<String, String> environment) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("--mcp: " + file + " cannot be read: " + e + "; correct the path", e);
        }
        try {
            return McpProvider.setting(text, environment);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--mcp: " + file + ": " + e.getMessage() + "; correct the file", e);
        }
    }
}
