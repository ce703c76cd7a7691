/** Tools of an agent, and the events of their calls ({@link dev.millrace.processors.agent.tool.ToolEvent}). */
@NullMarked
package dev.millrace.processors.agent.tool;

import org.jspecify.annotations.NullMarked;
