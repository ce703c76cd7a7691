/**
 * The port to language models. A provider's module implements {@link dev.millrace.processors.agent.model.Model} and lists
 * a {@link dev.millrace.processors.agent.model.ModelProvider}; the agent knows nothing else of it. A {@link
 * dev.millrace.processors.agent.model.Prompt} goes to the model in the agent's own form, and {@link
 * dev.millrace.processors.agent.model.ModelItem}s come back.
 */
@NullMarked
package dev.millrace.processors.agent.model;

import org.jspecify.annotations.NullMarked;
