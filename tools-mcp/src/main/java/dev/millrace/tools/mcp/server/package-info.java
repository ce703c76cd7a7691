/** A server of the Model Context Protocol that offers a stream to programs such as coding agents. */
@NullMarked
package dev.millrace.tools.mcp.server;

import org.jspecify.annotations.NullMarked;
