@NullMarked
package dev.millrace.tools.mcp.server;

import org.jspecify.annotations.NullMarked;
