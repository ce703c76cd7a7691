/**
 * The processor {@code agent}: it answers messages with a language model ({@link dev.millrace.processors.agent.AgentProcessor}).
 * While the model answers, the answer is appended to the stream of the agent ({@link
 * dev.millrace.processors.agent.AgentEvent}). The request to the model is a pure function of that stream ({@link
 * dev.millrace.processors.agent.Transcript}). The wires of providers are in other modules ({@link
 * dev.millrace.processors.agent.model.Model}).
 *
 * <p>Threads: effects run on threads of the runner; the answer of the model arrives on a thread of the model; a timer
 * cuts it into chunks. Shared state is guarded where it is declared.
 */
@NullMarked
package dev.millrace.processors.agent;

import org.jspecify.annotations.NullMarked;
