/** The tools of MCP servers (Model Context Protocol) for agents. */
@NullMarked
package dev.millrace.tools.mcp;

import org.jspecify.annotations.NullMarked;
