/**
 * OpenAI's Responses API, and each service that has {@code POST /responses}, as a model of the agent ({@link
 * dev.millrace.processors.openai.OpenAiModel}).
 */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
