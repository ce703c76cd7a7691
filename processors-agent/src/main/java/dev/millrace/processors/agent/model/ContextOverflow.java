package dev.millrace.processors.agent.model;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The words in which services say that a conversation is too long for the model; few of them send a code for it. */
final class ContextOverflow {
    private static final List<Pattern> WORDS = List.of(
            pattern("maximum context length"), // OpenAI, DeepSeek, vLLM, OpenRouter, Mistral, Fireworks
            pattern("context window"), // OpenAI, Anthropic, MiniMax
            pattern("exceed context limit"), // Anthropic
            pattern("prompt (?:is )?too long"), // Anthropic, Ollama, Fireworks
            pattern("input is too long for requested model"), // Bedrock
            pattern("input token count.{0,40}exceeds the maximum"), // Google
            pattern("maximum prompt length is \\d"), // xAI
            pattern("reduce the length of the messages"), // Groq, OpenAI
            pattern("prompt token count of \\d+ exceeds the limit"), // GitHub Copilot
            pattern("exceeds the available context size|context size (?:has been )?exceeded"), // llama.cpp
            pattern("greater than the context length|context length of only"), // LM Studio
            pattern("exceeded (?:the )?(?:max )?context length"), // Ollama
            pattern("exceeded model token limit"), // Moonshot
            pattern("longer than the (?:model's context length|maximum model length)"), // SGLang, vLLM
            pattern("`?inputs`? (?:tokens \\+|must have less than)"), // Text Generation Inference
            pattern("too many tokens: (?:total|the total|max)"), // Cohere
            pattern("range of input length should be"), // DashScope
            pattern("context[_ ]length[_ ](?:exceeded|limit)"));

    private ContextOverflow() {}

    private static Pattern pattern(String words) {
        return Pattern.compile(words);
    }

    static boolean isSaidIn(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(pattern -> pattern.matcher(words).find());
    }
}
