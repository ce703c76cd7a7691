/**
 * An agent that answers with a language model, as an ordinary processor: {@link
 * dev.millrace.processors.openai.OpenAiAgent}. The model is whatever speaks {@code POST /responses}; what it says is
 * appended to the agent's own stream while it says it ({@link dev.millrace.processors.openai.AgentEvent}), and what is
 * sent to it is a pure function of that stream ({@link dev.millrace.processors.openai.AgentState}).
 *
 * <p>Who calls whom: effects run on the runner's threads, the model's answer arrives on a thread of the HTTP client, and
 * a timer cuts it into chunks. What they share is guarded where it is declared; nothing here blocks.
 */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
