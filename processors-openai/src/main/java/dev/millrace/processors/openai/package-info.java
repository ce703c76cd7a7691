/**
 * The processor {@code openai-agent}: it answers messages with a language model ({@link
 * dev.millrace.processors.openai.OpenAiAgent}). It works with each service that has {@code POST /responses}. While the
 * model answers, the answer is appended to the stream of the agent ({@link dev.millrace.processors.openai.AgentEvent}).
 * The request to the model is a pure function of that stream ({@link dev.millrace.processors.openai.AgentState}).
 *
 * <p>Threads: effects run on threads of the runner; the answer of the model arrives on a thread of the HTTP client; a
 * timer cuts it into chunks. Shared state is guarded where it is declared.
 */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
