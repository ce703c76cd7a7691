/**
 * OpenAI's Responses API and Chat Completions, and each service that has {@code POST /responses} or {@code POST
 * /chat/completions}, as a model of the agent ({@link dev.millrace.processors.openai.OpenAiModel}).
 */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
