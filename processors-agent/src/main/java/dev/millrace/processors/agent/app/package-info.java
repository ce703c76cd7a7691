/**
 * Agents for applications: define one ({@link dev.millrace.processors.agent.app.Agent}), run it ({@link
 * dev.millrace.processors.agent.app.Agents}), and talk to it ({@link dev.millrace.processors.agent.app.Conversation}). All
 * of it is events of the agent's stream, so any other program can do the same.
 */
@NullMarked
package dev.millrace.processors.agent.app;

import org.jspecify.annotations.NullMarked;
