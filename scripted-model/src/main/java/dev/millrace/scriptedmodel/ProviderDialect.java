package dev.millrace.scriptedmodel;

/**
 * The kind of server that a {@link ScriptedModelServer} imitates. It decides which requests are refused, in which
 * words, and which events a response has. {@code POST /v1/messages} is the same in each.
 *
 * <p>Rules that two kinds share are as strict as the stricter one: an input item needs a {@code type}, ids and names
 * have at most 64 characters, and each tool call has exactly one output, after it. Thread-safe.
 *
 * @since 0.1
 */
public enum ProviderDialect {
    /**
     * OpenAI, and Azure for the {@code type} of an item. Ids have the prefix of their item, unknown parameters and item
     * types are refused, and a reasoning item has its summary and its encrypted content, but no text and no status.
     */
    OPENAI,

    /**
     * A server that follows the Open Responses specification. Ids have any prefix, item types may be {@code
     * vendor:type}, and reasoning is sent as text in {@code response.reasoning.delta} and {@code
     * response.reasoning.done}.
     */
    OPEN_RESPONSES,

    /**
     * The server of llama.cpp, with a model that thinks and a strict chat template. A reasoning item has its text;
     * arguments are JSON; a conversation does not end with an assistant message, unless {@code
     * chat_template_kwargs.enable_thinking} is false; a system message comes only first. The events have neither {@code
     * sequence_number} nor {@code output_index}, and all {@code done} events come at the end. Templates that also
     * refuse two user messages in a row are not imitated.
     */
    LLAMA_CPP
}
