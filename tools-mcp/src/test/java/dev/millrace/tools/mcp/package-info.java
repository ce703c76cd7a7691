@NullMarked
package dev.millrace.tools.mcp;

import org.jspecify.annotations.NullMarked;
