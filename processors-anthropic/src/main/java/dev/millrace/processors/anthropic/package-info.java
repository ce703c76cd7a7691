/**
 * Anthropic's Messages API, and each service that has {@code POST /messages}, as a model of the agent ({@link
 * dev.millrace.processors.anthropic.AnthropicModel}).
 */
@NullMarked
package dev.millrace.processors.anthropic;

import org.jspecify.annotations.NullMarked;
